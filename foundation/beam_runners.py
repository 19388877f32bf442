"""What is to be known of Beam's runners without loading Beam."""

# These run stages in the process that they are called in, or in children of it.
LOCAL_RUNNERS = ("FnApiRunner", "DirectRunner")

# Where `beam.runner` names an engine; a path, by which Beam finds what is none of its own.
ENGINE_RUNNER = "pipeline.beam.engine_runner.EngineRunner"
