"""What to annotate next: the spans of unlabelled videos from which a model is expected to learn most."""
