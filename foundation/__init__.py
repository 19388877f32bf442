"""What everything above stands on: how people are told, how processes are started, what chance explains."""
