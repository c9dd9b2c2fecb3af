"""The command line: one file for each command, and what they share.

main      the entry point: runs a command, turns every failure into one line and an exit code
commands  the group; a command's module is loaded when it is used
options   settings as options, and the types of arguments
output    data on stdout as table, JSON, JSON lines or CSV
text      names from a bucket made harmless for each of them
"""
