"""The commands of `ossrec record`: start, change and stop recordings, and list their calls."""
