"""The HTTP endpoint for the recorder's callbacks. Needs the extra [web]."""
