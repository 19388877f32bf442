"""Loads what every step of ours loads; the process from which steps are forked begins with it (`step_process.py`)."""

import importlib

from foundation.loading import no_garbage

with no_garbage():
    for _name in (
        "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor",
        "pipeline.kubeflow.entrypoint",
    ):
        importlib.import_module(_name)
