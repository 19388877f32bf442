"""The schema of the Examples, known from the configuration."""
