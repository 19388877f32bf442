"""What annotations say, in one form: segments, boxes, masks, and why a row is left out."""
