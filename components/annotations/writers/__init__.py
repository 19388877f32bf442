"""Writers of annotations: a file for each format; `catalogue` has them all, and readers give back what they wrote."""
