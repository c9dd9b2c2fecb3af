"""The marks in a catalog file that readers and writers check."""

VERSION = 6  # PRAGMA user_version; each migration adds one
APPLICATION_ID = 0x6F737263  # PRAGMA application_id: "osrc"
