"""Pushed versions: how one is pushed and withdrawn, and the card that is written beside it."""
