"""Details."""
