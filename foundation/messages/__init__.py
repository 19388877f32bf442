"""What people are told: errors, progress, numbers in sentences. No result depends on it."""
