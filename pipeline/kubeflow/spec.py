"""Adds what TFX's compiler leaves out: resources, environment, retries, caching, secrets and volumes.

Pure functions over the PipelineSpec as JSON. The names are those of kfp's api/v2alpha1/pipeline_spec.proto and
kubernetes_platform/proto/kubernetes_executor_config.proto. Some fields have newer twins (`cpuLimit`, `secretName`). The old
ones are written: every backend since 2.0 reads them, and a backend that does not know the new ones refuses the file.
"""

import copy
from collections.abc import Iterator
from typing import Any

from foundation.messages.errors import UserError
from pipeline.kubeflow.config import KubeflowConfig, ResourcesConfig, TolerationConfig
from pipeline.kubeflow.planning import PLAN

Spec = dict[str, Any]

DEFAULT = "default"
# They look at data and at the push destination, which change while their inputs do not.
NEVER_CACHED = ("DataDigest", PLAN, "Baseline")
# TFX's compiler adds it to the name of a task that hands on a parameter, though no task is called so (1.16, step_builder.py).
_SUFFIX_OF_PRODUCERS = "_task"


def make_documents(spec: Spec, config: KubeflowConfig) -> list[Spec]:
    """The documents of the file: the pipeline, and what only Kubernetes understands.

    The second one is left out if there is nothing to say, since Vertex AI reads files of one document only.

    Raises:
      UserError: the configuration names a component that the pipeline does not have.
    """
    _require_known(spec, config)
    pipeline = _completed(spec, config)
    found = {label: _kubernetes_executor(config, _resources(config, name)) for name, label in executor_labels(pipeline)}
    executors = {label: executor for label, executor in found.items() if executor}
    if not executors:
        return [pipeline]
    return [pipeline, {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}]


def executor_labels(spec: Spec) -> Iterator[tuple[str, str]]:
    """Pairs of a component that runs something and the label of its executor."""
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
        resources = _resources(config, name)
        if resources and (fields := _resource_spec(resources)):
            container["resources"] = fields
        if config.env:
            container["env"] = [{"name": variable, "value": value} for variable, value in config.env.items()]
    for name, task in spec["root"]["dag"]["tasks"].items():
        for parameter in task.get("inputs", {}).get("parameters", {}).values():
            if source := parameter.get("taskOutputParameter"):
                source["producerTask"] = source["producerTask"].removesuffix(_SUFFIX_OF_PRODUCERS)
        if not config.cache or name in (*NEVER_CACHED, *config.uncached):
            task["cachingOptions"] = {}
        if config.retries:
            # Waits a minute, two, four, up to an hour: in a cluster something is often missing for a while.
            task["retryPolicy"] = {
                "maxRetryCount": config.retries,
                "backoffDuration": "60s",
                "backoffFactor": 2.0,
                "backoffMaxDuration": "3600s",
            }
    return spec


def _resources(config: KubeflowConfig, name: str) -> ResourcesConfig | None:
    return config.resources.get(name, config.resources.get(DEFAULT))


def _resource_spec(resources: ResourcesConfig) -> Spec:
    fields: Spec = {"cpuLimit": resources.cpu, "memoryLimit": resources.memory_gigabytes}
    if resources.accelerator:
        fields["accelerator"] = {"type": resources.accelerator, "count": str(resources.num_accelerators)}
    return {name: value for name, value in fields.items() if value is not None}


def _kubernetes_executor(config: KubeflowConfig, resources: ResourcesConfig | None) -> Spec:
    secrets = [
        {
            "secretName": secret.name,
            "keyToEnv": [{"secretKey": key, "envVar": variable} for variable, key in secret.variables.items()],
        }
        for secret in config.secrets
    ]
    volumes = [{"constant": volume.claim, "mountPath": volume.path} for volume in config.volumes]
    files = [{"secretName": files.secret, "mountPath": files.path} for files in config.secret_files]
    scratch = [{"volumeName": f"scratch-{number}", "mountPath": folder} for number, folder in enumerate(config.scratch)]
    fields: Spec = {
        "secretAsEnv": secrets,
        "secretAsVolume": files,
        "pvcMount": volumes,
        "emptyDirMounts": scratch,
        "nodeSelector": {"labels": dict(resources.node_labels)} if resources and resources.node_labels else None,
        "tolerations": [_toleration(each) for each in resources.tolerations] if resources else None,
    }
    return {name: value for name, value in fields.items() if value}


def _toleration(config: TolerationConfig) -> Spec:
    operator = "Exists" if config.value is None else "Equal"
    fields = {"key": config.key, "operator": operator, "value": config.value, "effect": config.effect}
    return {name: value for name, value in fields.items() if value is not None}
