"""Random changes to training clips: in time, in space, in colour, and of clips with one another."""
