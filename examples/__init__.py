"""Things to run and to copy: the demo data set and configurations."""
