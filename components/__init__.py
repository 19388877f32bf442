"""TFX components and the plain code that they wrap."""
