"""The commands of `clipgate`, one a file; each loads what is heavy when it runs, so that `--help` does not."""
