"""What TFX's compiler cannot say, added to what it wrote: resources, environment, retries, caching, secrets and volumes.

Pure functions over the PipelineSpec as JSON. The names are those of kfp's api/v2alpha1/pipeline_spec.proto and
kubernetes_platform/proto/kubernetes_executor_config.proto. Where a field has a newer twin (`cpuLimit`, `secretName`), the old
one is written: every backend since 2.0 reads it, and one that does not know the new one refuses the file.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from foundation.messages.errors import UserError
from pipeline.kubeflow.config import KubeflowConfig, ResourcesConfig

Spec = dict[str, Any]

DEFAULT = "default"
# It looks at the push destination, which changes while its inputs do not.
NEVER_CACHED = "Baseline"


def make_documents(spec: Spec, config: KubeflowConfig) -> list[Spec]:
    """The documents of the file: the pipeline, and what only Kubernetes understands if there is anything.

    Vertex AI reads files of one document only.

    Raises:
      UserError: the configuration names a component that the pipeline does not have.
    """
    _require_known(spec, config)
    pipeline = _completed(spec, config)
    executor = _kubernetes_executor(config)
    if not executor:
        return [pipeline]
    executors = dict.fromkeys(pipeline["deploymentSpec"]["executors"], executor)
    # Each has its own copy, or YAML would refer from one to the other.
    deployment = {"executors": {label: copy.deepcopy(value) for label, value in executors.items()}}
    return [pipeline, {"platforms": {"kubernetes": {"deploymentSpec": deployment}}}]


def executor_labels(spec: Spec) -> Iterator[tuple[str, str]]:
    """The name of each component that runs something, and the label of its executor."""
    for name, component in spec["components"].items():
        if "executorLabel" in component:
            yield name, component["executorLabel"]


def _require_known(spec: Spec, config: KubeflowConfig) -> None:
    known = {name for name, _ in executor_labels(spec)}
    for key, names in (("resources", set(config.resources) - {DEFAULT}), ("uncached", set(config.uncached))):
        if unknown := sorted(names - known):
            raise UserError(
                f"kubeflow.{key} names {', '.join(unknown)}; the components of this pipeline are {', '.join(sorted(known))}"
            )


def _completed(spec: Spec, config: KubeflowConfig) -> Spec:
    spec = copy.deepcopy(spec)
    spec["defaultPipelineRoot"] = config.pipeline_root
    for name, label in executor_labels(spec):
        container = spec["deploymentSpec"]["executors"][label].get("container")
        if container is None:
            continue
        resources = config.resources.get(name, config.resources.get(DEFAULT))
        if resources and (fields := _resource_spec(resources)):
            container["resources"] = fields
        if config.env:
            container["env"] = [{"name": variable, "value": value} for variable, value in config.env.items()]
    for name, task in spec["root"]["dag"]["tasks"].items():
        if not config.cache or name in (NEVER_CACHED, *config.uncached):
            task["cachingOptions"] = {}
        if config.retries:
            # A minute, two, four, up to an hour: what fails in a cluster is often short of something for a while.
            task["retryPolicy"] = {
                "maxRetryCount": config.retries,
                "backoffDuration": "60s",
                "backoffFactor": 2.0,
                "backoffMaxDuration": "3600s",
            }
    return spec


def _resource_spec(resources: ResourcesConfig) -> Spec:
    fields: Mapping[str, Any] = {
        "cpuLimit": resources.cpu,
        "memoryLimit": resources.memory_gigabytes,
        "accelerator": {"type": resources.accelerator, "count": str(resources.num_accelerators)}
        if resources.accelerator
        else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _kubernetes_executor(config: KubeflowConfig) -> Spec:
    secrets = [
        {
            "secretName": secret.name,
            "keyToEnv": [{"secretKey": key, "envVar": variable} for variable, key in secret.variables.items()],
        }
        for secret in config.secrets
    ]
    volumes = [{"constant": volume.claim, "mountPath": volume.path} for volume in config.volumes]
    return {name: value for name, value in (("secretAsEnv", secrets), ("pvcMount", volumes)) if value}
