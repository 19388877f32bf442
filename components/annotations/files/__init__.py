"""Annotations and videos as files: where they lie, which belong together, what they are recognised by."""
