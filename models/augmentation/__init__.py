"""Random changes to training clips: in time, space and colour, and mixtures of clips."""
