"""The model that a training begins from."""
