"""Pages for people: templates, style and drawings."""
