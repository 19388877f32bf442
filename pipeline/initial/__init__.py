"""From what somebody has at hand to a configuration to begin with."""
