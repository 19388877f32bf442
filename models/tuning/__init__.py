"""The search for better hyperparameters."""
