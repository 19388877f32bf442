"""Beam, here and on engines: its options, what is asked before a run begins on one, and the workers of one."""
