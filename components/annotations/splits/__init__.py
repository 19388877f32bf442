"""Splits: how groups of videos are assigned to train, eval and test."""
