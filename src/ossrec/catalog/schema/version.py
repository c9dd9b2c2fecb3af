"""How a catalog file says what it is, for readers and writers alike."""

VERSION = 5  # PRAGMA user_version: one more with each migration
APPLICATION_ID = 0x6F737263  # PRAGMA application_id: "osrc"
