"""What learns: features, preprocessing, networks, training and export."""
