"""What `clipgate init` looks at, and what it writes."""
