"""Where pushed versions lie: how one gets there, how one is withdrawn, and what is written beside it."""
