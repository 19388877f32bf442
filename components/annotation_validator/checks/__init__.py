"""What is wrong with a set of annotations, found before a training is spent on it."""
