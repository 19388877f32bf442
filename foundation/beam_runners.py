"""What is to be known of Beam's runners without loading Beam."""

# These run stages in the process that they are called in, or in children of it.
LOCAL_RUNNERS = ("FnApiRunner", "DirectRunner")
