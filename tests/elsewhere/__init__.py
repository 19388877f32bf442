"""The project where it is not at home: on its other stack, and in its image. Each has a target of its own."""
