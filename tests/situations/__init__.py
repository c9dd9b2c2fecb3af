"""Situations that people reported: from the objects in a bucket to the verdict and the rebuilt playlist."""
