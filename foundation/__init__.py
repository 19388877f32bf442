"""The ground floor: how people are told, how processes are started, what chance explains."""
