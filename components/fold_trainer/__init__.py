"""Trainings that leave out a fold of the clips each, and what their models say of it."""
