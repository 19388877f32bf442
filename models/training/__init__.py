"""The training loop, and its batches, optimizer, losses, checkpoints and distribution."""
