"""The data stages on Flink beside the same stages here; see __main__.py."""
