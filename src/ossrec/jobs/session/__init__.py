"""The environment of a running job: the locked catalog, stop requests by signal, threads that end with the process."""
