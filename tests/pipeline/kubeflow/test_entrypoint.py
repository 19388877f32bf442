"""In a step, artifacts are files of the container, at the paths where Kubeflow's launcher puts them and looks for them."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.kubeflow.entrypoint import folders_of, mounts_of, with_types, with_uris


def executor_input(input_uri: str, output_uri: str) -> dict[str, Any]:
    """What a step is given that has one input and one output."""
    return {
        "inputs": {
            "parameterValues": {"push_destination": "gs://models/action", "uri": "gs://of/a/parameter"},
            "artifacts": {"model": {"artifacts": [{"uri": input_uri, "metadata": {"uri": "gs://of/metadata"}}]}},
        },
        "outputs": {
            "artifacts": {"baseline": {"artifacts": [{"uri": output_uri}]}},
            "outputFile": f"{output_uri}.json",
        },
    }


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("gs://bucket/a", "/gcs/bucket/a"),
        ("s3://bucket/a", "/s3/bucket/a"),
        ("minio://mlpipeline/v2/a", "/minio/mlpipeline/v2/a"),
    ],
)
def test_addresses_of_artifacts_become_paths_and_back_and_those_in_parameters_stay(address: str, path: str) -> None:
    remote = executor_input(address, address)
    mounts = mounts_of(remote)
    local = with_uris(remote, mounts)
    assert local == executor_input(path, path)
    assert with_uris(local, {mount: scheme for scheme, mount in mounts.items()}) == remote


def test_an_input_from_another_store_is_found_too() -> None:
    # Of another run, whose answer came from the cache.
    remote = executor_input("gs://old/a", "s3://new/b")
    assert with_uris(remote, mounts_of(remote)) == executor_input("/gcs/old/a", "/s3/new/b")


def test_paths_of_this_machine_stay_even_where_a_mount_would_be() -> None:
    local = executor_input("/s3/of/mine", "/home/me/out")
    assert mounts_of(local) == {}
    assert with_uris(local, mounts_of(local)) == local


MODEL = {"instanceSchema": "title: tfx.Model\ntype: object\n"}


@pytest.mark.parametrize(
    "arrived",
    [{"instanceSchema": ""}, {"schemaTitle": "tfx.Model"}, {"schemaTitle": MODEL["instanceSchema"]}, MODEL, {}],
    ids=str,
)
def test_inputs_have_the_type_that_the_component_declares_whatever_arrives(arrived: dict[str, Any]) -> None:
    given = executor_input("gs://a", "gs://b")
    given["inputs"]["artifacts"]["model"]["artifacts"][0]["type"] = arrived
    typed = with_types(given, {"artifacts": {"model": {"artifactType": MODEL}}})
    assert typed["inputs"]["artifacts"]["model"]["artifacts"][0] == {
        "uri": "gs://a",
        "metadata": {"uri": "gs://of/metadata"},
        "type": MODEL,
    }
    assert typed["outputs"] == given["outputs"]
    assert typed["inputs"]["parameterValues"] == given["inputs"]["parameterValues"]


def test_an_input_that_is_not_declared_keeps_its_type() -> None:
    given = executor_input("gs://a", "gs://b")
    assert with_types(given, {}) == given


def test_an_executor_finds_folders_for_its_artifacts_and_writes_what_it_hands_on_into_a_file() -> None:
    outputs = {
        "artifacts": {name: {"artifacts": [{"uri": f"/run/{name}"}]} for name in ("model", "digest")},
        "parameters": {"digest": {"outputFile": "/run/parameters/digest"}},
    }
    assert folders_of(outputs) == [Path("/run/model"), Path("/run")]
