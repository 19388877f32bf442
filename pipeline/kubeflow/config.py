"""The `kubeflow` section of the configuration: what a cluster must know beyond the pipeline itself."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from foundation.section import Section

# The object stores that open-source Kubeflow Pipelines knows, and where its launcher puts their files in a container
# (backend/src/v2/component/launcher_v2.go, LocalPathForURI).
MOUNTS = {"gs://": "/gcs/", "s3://": "/s3/", "minio://": "/minio/"}
SCHEMES = tuple(MOUNTS)
# On a pod's own disk, which goes when the pod goes: a training that is tried again starts anew.
_LOCAL_CHECKPOINTS = "/tmp/clipgate"  # noqa: S108 - a container's own

_VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_KubernetesName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]
# Drivers give a pod's volume the name of the claim or the secret (driver/k8s.go), and such a name has no dots.
_VolumeName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
_Folder = Annotated[str, Field(pattern=r"^/")]


class TolerationConfig(Section):
    """Taint of nodes that a step may run on all the same; without a `value`, whatever the taint's value is."""

    key: str = Field(min_length=1, description="of the taint")
    value: str | None = Field(None, description="of the taint; default: any")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        None, description="of the taint; default: all"
    )


class ResourcesConfig(Section):
    """What one step may use; Kubernetes also reserves as much. The cluster decides on what is left out."""

    cpu: float | None = Field(None, gt=0, description="cores")
    memory_gigabytes: float | None = Field(None, gt=0, description="memory; 1 GB is 10^9 bytes")
    accelerator: str | None = Field(
        None, min_length=1, description="the resource's name: nvidia.com/gpu; on Vertex AI a type: NVIDIA_TESLA_T4"
    )
    num_accelerators: int = Field(1, ge=1, description="how many, where an accelerator is named")
    node_labels: dict[str, str] = Field({}, description="labels of the nodes that it runs on")
    tolerations: tuple[TolerationConfig, ...] = ()


class SecretConfig(Section):
    """Kubernetes secret whose values become environment variables of every step."""

    name: _KubernetesName = Field(description="of the secret")
    variables: dict[_VariableName, str] = Field(min_length=1, description="the secret's key by variable")


class SecretFilesConfig(Section):
    """Kubernetes secret whose values are files of every step, below a path and by their keys."""

    secret: _VolumeName = Field(description="its name")
    path: _Folder = Field(description="folder in which its values are files")


class VolumeConfig(Section):
    """Persistent volume claim that every step finds at a path."""

    claim: _VolumeName = Field(description="its name")
    path: _Folder = Field(description="where steps find it")


class KubeflowConfig(Section):
    """Settings of the compiled pipeline, for `clipgate compile` and what runs its file."""

    image: str = Field("clipgate:latest", min_length=1, description="container image of every step")
    pipeline_root: str = Field("gs://your-bucket/clipgate", description="where artifacts go: gs://, s3:// or minio://")
    resources: dict[str, ResourcesConfig] = Field({}, description="by component; `default` is for all others")
    env: dict[_VariableName, str] = Field({}, description="environment variables of every step")
    secrets: tuple[SecretConfig, ...] = ()
    secret_files: tuple[SecretFilesConfig, ...] = ()
    volumes: tuple[VolumeConfig, ...] = ()
    scratch: tuple[_Folder, ...] = Field(
        (), description="folders that are empty when a step begins, where the image's own may not be written"
    )
    retries: int = Field(0, ge=0, le=100, description="how often a failed step is tried again")
    cache: bool = Field(True, description="whether steps whose inputs are the same are answered from earlier runs")
    uncached: tuple[str, ...] = Field((), description="components that run every time all the same")
    shared: _Folder | None = Field(
        None, description="a folder of a volume that Beam's workers see too, where they are elsewhere"
    )
    checkpoints: str | None = Field(
        None, min_length=1, description="where a training goes on: gs://, or a folder of a volume"
    )

    @model_validator(mode="after")
    def _volumes_have_names(self) -> "KubeflowConfig":
        names = [volume.claim for volume in self.volumes] + [files.secret for files in self.secret_files]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(
                f"volumes and secret_files name {', '.join(twice)} twice, and a pod has one volume of a name; mount a "
                "folder above both"
            )
        return self

    @field_validator("pipeline_root")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(SCHEMES):
            raise ValueError(f"Kubeflow keeps artifacts in object stores: {', '.join(SCHEMES)}; found {value}")
        return value

    @field_validator("checkpoints")
    @classmethod
    def _is_written_by_tensorflow(cls, value: str | None) -> str | None:
        if value and "://" in value and not value.startswith("gs://"):
            raise ValueError(f"TensorFlow writes checkpoints to gs://, or to a folder of a volume; found {value}")
        return value

    @property
    def checkpoint_root(self) -> str:
        """Folder or address for checkpoints of trainings. Of the stores, TensorFlow writes only to gs:// by itself."""
        if self.checkpoints:
            return self.checkpoints
        is_written_by_tensorflow = self.pipeline_root.startswith("gs://") or "://" not in self.pipeline_root
        return self.pipeline_root if is_written_by_tensorflow else _LOCAL_CHECKPOINTS
