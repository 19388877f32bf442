"""A development server that answers as TensorFlow Serving does, which is for production."""
