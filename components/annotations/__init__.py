"""Annotation files to records: readers, path checks and splits. No TensorFlow here."""
