"""Prediction on videos of any length, on streams and on stored Examples."""
