"""The schema of the catalog: its migrations, one file with SQL for each version."""
