"""What both stand-ins have in common: their flags, the services that they ask, and how they are written as files."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as proto

from benchmarks.kubeflow.cluster import connect
from pipeline.kubeflow.metadata import Lineage
from pipeline.kubeflow.tasks import Json

RUN_CONTEXT = "system.PipelineRun"
# How components are told that artifacts are reached, in Kubeflow's words.
STORE_PARAMETERS = {
    "accessKeyKey": "accesskey", "disableSSL": "true", "endpoint": "seaweedfs.kubeflow:9000", "fromEnv": "false",
    "secretKeyKey": "secretkey", "secretName": "mlpipeline-minio-artifact",
}  # fmt: skip


def write_stand_in(module: str, path: Path) -> Path:
    """Write a program that runs a module of this package; returns its path."""
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m benchmarks.kubeflow.stand_in.{module} "$@"\n')
    path.chmod(0o755)
    return path


def parse(names: Sequence[str], arguments: Sequence[str]) -> argparse.Namespace:
    """Flags of text; those that are not given are empty."""
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    # As Go has it.
    parser.add_argument("-help", action="help")
    for name in names:
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(arguments)


def lineage_of(options: argparse.Namespace) -> Lineage:
    """What ML Metadata know of the run."""
    return Lineage(store_of(options), options.pipeline_name, options.run_id)


def store_of(options: argparse.Namespace) -> MetadataStore:
    return connect(options.mlmd_server_address, int(options.mlmd_server_port))


def remember_settings(options: argparse.Namespace, settings: Json) -> None:
    """Note in ML Metadata what the run was started with: `--runtime_config` of its first driver."""
    store = store_of(options)
    lineage_of(options)  # makes the context
    context = store.get_context_by_type_and_name(RUN_CONTEXT, options.run_id)
    context.custom_properties["settings"].CopyFrom(proto.Value(string_value=json.dumps(settings)))
    store.put_contexts([context])


def remembered_settings(options: argparse.Namespace) -> Json:
    context: Any = store_of(options).get_context_by_type_and_name(RUN_CONTEXT, options.run_id)
    return dict(json.loads(context.custom_properties["settings"].string_value))
