"""The pipeline compiled for Kubeflow Pipelines: written, checked, tried and submitted."""
