"""The pipeline as a whole: its configuration, its DAG, its runners, and the command line."""
