"""One reader per annotation format, all giving the same records."""
