"""HTTP sessions without implicit settings, deadlines for responses, and redaction of secrets."""
