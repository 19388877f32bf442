"""Messages for people: errors, progress, numbers in sentences. No result depends on them."""
