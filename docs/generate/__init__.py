"""Pages that are made from the code: `python -m docs.generate` writes them, and a test holds them to what it would write."""
