"""A server for development, which answers as TensorFlow Serving does in production."""
