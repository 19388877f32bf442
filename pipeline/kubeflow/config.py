"""The `kubeflow` section of the configuration: what a cluster must know beyond the pipeline itself."""

from typing import Annotated

from pydantic import Field, field_validator

from foundation.section import Section

# The object stores that open-source Kubeflow Pipelines knows, and where its launcher puts their files in a container
# (backend/src/v2/component/launcher_v2.go, LocalPathForURI).
MOUNTS = {"gs://": "/gcs/", "s3://": "/s3/", "minio://": "/minio/"}
SCHEMES = tuple(MOUNTS)
# On a pod's own disk, which goes when the pod goes: a training that is tried again starts anew.
_LOCAL_CHECKPOINTS = "/tmp/clipgate"  # noqa: S108 - a container's own

_VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_KubernetesName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]


class ResourcesConfig(Section):
    """Limits of one step; Kubernetes also reserves as much. The cluster decides on what is left out."""

    cpu: float | None = Field(None, gt=0, description="cores")
    memory_gigabytes: float | None = Field(None, gt=0, description="1 GB is 10^9 bytes")
    accelerator: str | None = Field(
        None, min_length=1, description="the resource's name: nvidia.com/gpu; on Vertex AI a type: NVIDIA_TESLA_T4"
    )
    num_accelerators: int = Field(1, ge=1)


class SecretConfig(Section):
    """Kubernetes secret whose values become environment variables of every step."""

    name: _KubernetesName
    variables: dict[_VariableName, str] = Field(min_length=1, description="the secret's key by variable")


class VolumeConfig(Section):
    """Persistent volume claim that every step finds at a path."""

    claim: _KubernetesName
    path: str = Field(pattern=r"^/")


class KubeflowConfig(Section):
    """Settings of the compiled pipeline, for `clipgate compile` and what runs its file."""

    image: str = Field("clipgate:latest", min_length=1)
    pipeline_root: str = "gs://your-bucket/clipgate"
    resources: dict[str, ResourcesConfig] = Field({}, description="by component; `default` is for all others")
    env: dict[_VariableName, str] = {}
    secrets: tuple[SecretConfig, ...] = ()
    volumes: tuple[VolumeConfig, ...] = ()
    retries: int = Field(0, ge=0, le=100, description="how often a failed step is tried again")
    cache: bool = Field(True, description="whether steps whose inputs are the same are answered from earlier runs")
    uncached: tuple[str, ...] = Field((), description="components that run every time all the same")
    shared: str | None = Field(
        None, pattern=r"^/", description="a folder of a volume that Beam's workers see too, where they are elsewhere"
    )
    checkpoints: str | None = Field(
        None, min_length=1, description="where a training goes on: gs://, or a folder of a volume"
    )

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
