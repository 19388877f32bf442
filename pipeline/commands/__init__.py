"""The commands of `clipgate`, one a file; heavy modules are loaded when a command runs, not for `--help`."""
