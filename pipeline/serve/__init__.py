"""A development server that answers as TensorFlow Serving does; production is TensorFlow Serving itself."""
