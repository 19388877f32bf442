"""Video files to sampled JPEG frames. No TensorFlow here."""
