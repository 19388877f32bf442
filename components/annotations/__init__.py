"""Annotation files as records: readers, checks of what they say, and splits. No TensorFlow here."""
