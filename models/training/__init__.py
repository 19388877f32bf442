"""The training loop and what belongs to it: batches, optimizer, losses, checkpoints, distribution."""
