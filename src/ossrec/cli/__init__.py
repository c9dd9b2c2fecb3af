"""The command line.

main             the entry point: runs a command, turns a failure into one line and an exit code
root_command     the group of all commands; loads the module of a command when it is used
commands/        one module per command
record/, tasks/  one module per subcommand of `ossrec record` and `ossrec tasks`
options          options that several commands share: settings, output format, filters
option_types     converts the text of an option or argument to a value
output/          writes data to stdout as a table, JSON, JSON lines or CSV, and messages to stderr
views/           the lines that people read: summaries, recordings, rooms, timelines
"""
