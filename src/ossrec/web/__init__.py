"""What ossrec says over HTTP: the endpoint for the recorder's callbacks. Needs the extra [web]."""
