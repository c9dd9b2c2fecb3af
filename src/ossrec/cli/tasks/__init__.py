"""The commands of `ossrec tasks`: import tasks, receive callbacks, and compare tasks with files."""
