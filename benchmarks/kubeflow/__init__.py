"""`make kubeflow-check`: Kubeflow's own driver and launcher, or stand-ins for them, run a compiled pipeline on this machine."""
