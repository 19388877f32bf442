"""Stages of the pipeline, in the order in which data flows through them; each makes its components and names their outputs."""
