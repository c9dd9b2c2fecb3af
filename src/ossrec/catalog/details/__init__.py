"""Everything about one recording or one room, for `ossrec show`."""
