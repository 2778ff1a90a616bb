"""The commands of the command line, a module for each group. Each imports what it calls when it is called."""
