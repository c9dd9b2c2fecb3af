"""A folder on disk as a bucket, for reading and for atomic writes of new files."""
