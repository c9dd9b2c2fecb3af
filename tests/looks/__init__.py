"""What looks at the bytes of segments add up to."""
