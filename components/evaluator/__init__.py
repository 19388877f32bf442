"""What is measured on the test split: metrics, slices, and how they are read."""
