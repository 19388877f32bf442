"""What was measured on frames, in pictures."""
