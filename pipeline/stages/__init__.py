"""The pipeline's stages, in the order in which data flows through them. Each makes its components and says what they give."""
