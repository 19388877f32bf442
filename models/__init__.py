"""Machine learning: features, preprocessing, networks, training and export."""
