"""The verdict on a model: every rule, its value and its bar."""
