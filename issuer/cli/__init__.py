"""The command line: one program, `merke`. Every module here is one group of commands."""
