"""Programs with the command lines of Kubeflow's driver and launcher, made of the functions of the compiled runner."""
