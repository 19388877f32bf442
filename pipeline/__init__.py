"""What runs, in which order, with which settings: configuration, the DAG, runners and the command line."""
