"""Files of annotations and videos: where they lie, which of them belong together, and their fingerprints."""
