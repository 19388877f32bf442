"""The pipeline on Kubeflow Pipelines: compiled into the file that it reads."""
