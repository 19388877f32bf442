"""What may be wrong with annotations and videos: a file a check, and the catalogue of all."""
