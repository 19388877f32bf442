"""What several checks measure on their inputs, and what one of them measures in many lines. Pure."""
