"""Which group goes to train, eval or test."""
