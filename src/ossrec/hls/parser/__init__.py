"""Parse the text of a playlist into values and findings, without knowing the bucket."""
