"""What the configuration adds to a compiled pipeline, in the fields of Kubeflow's protos."""

from typing import Any

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2
from pydantic import ValidationError

from foundation.messages.errors import UserError
from pipeline.kubeflow.config import KubeflowConfig
from pipeline.kubeflow.spec import make_documents
from tests.pipeline.kubeflow.samples import make_spec, make_task


def compiled(**section: Any) -> list[dict[str, Any]]:
    """The documents of a pipeline of three components with this section."""
    spec = make_spec(Trainer=make_task("python"), Baseline=make_task("python"), Pusher=make_task("python"))
    return make_documents(spec, KubeflowConfig.model_validate(section))


def container(document: dict[str, Any], name: str) -> dict[str, Any]:
    """What a component runs."""
    return dict(document["deploymentSpec"]["executors"][f"{name}_executor"]["container"])


def test_all_that_is_added_is_what_kubeflow_reads() -> None:
    pipeline, platform = compiled(
        resources={"default": {"cpu": 2}, "Trainer": {"memory_gigabytes": 8, "accelerator": "nvidia.com/gpu"}},
        env={"AWS_REGION": "eu-1"},
        secrets=[{"name": "store", "variables": {"AWS_ACCESS_KEY_ID": "user"}}],
        retries=2,
    )
    # Unknown fields, and values of the wrong type, do not parse. The deployment is a Struct in the other message.
    json_format.ParseDict(pipeline, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(pipeline["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
    json_format.ParseDict(platform, pipeline_spec_pb2.PlatformSpec())


def test_a_component_has_its_own_resources_or_those_of_all_others() -> None:
    (pipeline,) = compiled(
        resources={
            "default": {"cpu": 2, "memory_gigabytes": 4},
            "Trainer": {"cpu": 7.5, "accelerator": "nvidia.com/gpu", "num_accelerators": 2},
        }
    )
    assert container(pipeline, "Pusher")["resources"] == {"cpuLimit": 2, "memoryLimit": 4}
    assert container(pipeline, "Trainer")["resources"] == {
        "cpuLimit": 7.5,
        "accelerator": {"type": "nvidia.com/gpu", "count": "2"},
    }


def test_nothing_is_asked_of_the_cluster_by_default() -> None:
    (pipeline,) = compiled()
    assert container(pipeline, "Trainer") == {"image": "image", "command": ["python"], "args": []}
    assert "retryPolicy" not in pipeline["root"]["dag"]["tasks"]["Trainer"]


@pytest.mark.parametrize(
    ("section", "cached"),
    [({}, ["Trainer", "Pusher"]), ({"cache": False}, []), ({"uncached": ["Trainer"]}, ["Pusher"])],
    ids=str,
)
def test_what_looks_at_the_outside_is_never_cached_and_other_steps_as_configured(
    section: dict[str, Any], cached: list[str]
) -> None:
    tasks = compiled(**section)[0]["root"]["dag"]["tasks"]
    assert [name for name, task in tasks.items() if task["cachingOptions"] == {"enableCache": True}] == cached


def test_failed_steps_are_tried_again_after_growing_pauses() -> None:
    (pipeline,) = compiled(retries=3)
    policies = [task["retryPolicy"] for task in pipeline["root"]["dag"]["tasks"].values()]
    assert [policy["maxRetryCount"] for policy in policies] == [3, 3, 3]
    assert policies[0]["backoffDuration"] == "60s"


def test_secrets_and_volumes_are_a_document_of_their_own_for_each_step() -> None:
    _, platform = compiled(
        secrets=[{"name": "store", "variables": {"AWS_ACCESS_KEY_ID": "user", "AWS_SECRET_ACCESS_KEY": "password"}}],
        volumes=[{"claim": "videos", "path": "/data"}],
    )
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert list(executors) == ["Trainer_executor", "Baseline_executor", "Pusher_executor"]
    assert executors["Trainer_executor"] == {
        "secretAsEnv": [
            {
                "secretName": "store",
                "keyToEnv": [
                    {"secretKey": "user", "envVar": "AWS_ACCESS_KEY_ID"},
                    {"secretKey": "password", "envVar": "AWS_SECRET_ACCESS_KEY"},
                ],
            }
        ],
        "pvcMount": [{"constant": "videos", "mountPath": "/data"}],
    }


def test_files_of_secrets_empty_folders_and_nodes_are_asked_for_by_their_names() -> None:
    spot = {"node_labels": {"pool": "spot"}, "tolerations": [{"key": "spot", "effect": "NoSchedule"}]}
    _, platform = compiled(
        secret_files=[{"secret": "google", "path": "/secrets/google"}],
        scratch=["/tmp", "/home/clipgate"],  # noqa: S108 - of a pod
        resources={"Trainer": spot},
    )
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    everywhere = {
        "secretAsVolume": [{"secretName": "google", "mountPath": "/secrets/google"}],
        "emptyDirMounts": [
            {"volumeName": "scratch-0", "mountPath": "/tmp"},  # noqa: S108
            {"volumeName": "scratch-1", "mountPath": "/home/clipgate"},
        ],
    }
    assert executors["Pusher_executor"] == everywhere
    assert executors["Trainer_executor"] == everywhere | {
        "nodeSelector": {"labels": {"pool": "spot"}},
        "tolerations": [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}],
    }


def test_only_components_that_ask_for_something_are_in_the_second_document() -> None:
    _, platform = compiled(resources={"Trainer": {"tolerations": [{"key": "gpu", "value": "a100"}]}})
    assert platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"] == {
        "Trainer_executor": {"tolerations": [{"key": "gpu", "operator": "Equal", "value": "a100"}]}
    }


@pytest.mark.parametrize("section", [{"resources": {"Trainr": {"cpu": 1}}}, {"uncached": ["Trainr"]}], ids=str)
def test_a_component_that_there_is_not_is_named_with_those_that_there_are(section: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"names Trainr; the components of this pipeline are Baseline, Pusher, Trainer"):
        compiled(**section)


@pytest.mark.parametrize(
    "section",
    [
        {"pipeline_root": "/home/me/root"},
        {"env": {"not a name": "1"}},
        {"secrets": [{"name": "Store", "variables": {"KEY": "key"}}]},
        {"secrets": [{"name": "store", "variables": {}}]},
        {"volumes": [{"claim": "videos", "path": "data"}]},
        {"resources": {"default": {"cpu": 0}}},
        {"volumes": [{"claim": "videos.of.all", "path": "/data"}]},
        {"volumes": [{"claim": "v" * 64, "path": "/data"}]},
        {"volumes": [{"claim": "videos", "path": "/a"}, {"claim": "videos", "path": "/b"}]},
        {"scratch": ["tmp"]},
        {"shared": "beam"},
        {"retries": -1},
        {"checkpoints": "s3://bucket/checkpoints"},
    ],
    ids=str,
)
def test_what_a_cluster_would_refuse_is_refused_at_once(section: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KubeflowConfig.model_validate(section)


@pytest.mark.parametrize(
    ("section", "root"),
    [
        ({"pipeline_root": "gs://bucket/root"}, "gs://bucket/root"),
        ({"pipeline_root": "minio://mlpipeline/root"}, "/tmp/clipgate"),  # noqa: S108
        ({"pipeline_root": "s3://bucket/root", "checkpoints": "/data/checkpoints"}, "/data/checkpoints"),
    ],
    ids=str,
)
def test_checkpoints_lie_where_tensorflow_can_write_them(section: dict[str, Any], root: str) -> None:
    assert KubeflowConfig.model_validate(section).checkpoint_root == root


def test_a_value_that_is_handed_on_comes_from_the_task_that_there_is() -> None:
    # TFX's compiler writes another name.
    ingest = make_task("python", given={"fingerprint": ("DataDigest_task", "digest")})
    spec = make_spec(DataDigest=make_task("python", values={"digest": "STRING"}), Ingest=ingest)
    (pipeline,) = make_documents(spec, KubeflowConfig())
    tasks = pipeline["root"]["dag"]["tasks"]
    assert tasks["Ingest"]["inputs"]["parameters"]["fingerprint"]["taskOutputParameter"]["producerTask"] == "DataDigest"
    assert tasks["DataDigest"]["cachingOptions"] == {}
