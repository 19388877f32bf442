"""One form for all annotations: segments, boxes and masks, and the reasons for which a row is left out."""
