"""Beam's runners of a cluster: which of them a compiled pipeline may name, and what its steps need for them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from pipeline.kubeflow.config import KubeflowConfig

_IN_THE_STEP = ("FnApiRunner", "DirectRunner")
# Options without which a runner would start something in the step itself, or not at all.
_NEEDED = {
    "PortableRunner": ("--job_endpoint",),
    "FlinkRunner": ("--flink_master",),
    "SparkRunner": ("--spark_master_url",),
    "DataflowRunner": ("--project", "--region", "--temp_location"),
}


def is_elsewhere(beam_args: Sequence[str]) -> bool:
    """Tell whether Beam's options name a runner whose workers are not in the step."""
    return _runner(beam_args) not in _IN_THE_STEP


def runner_problems(beam_args: Sequence[str], kubeflow: KubeflowConfig) -> Iterator[str]:
    """What is in the way of a runner elsewhere, in sentences."""
    if not is_elsewhere(beam_args):
        return
    runner = _runner(beam_args)
    if runner not in _NEEDED:
        yield f"beam.args: --runner={runner}: steps can use {', '.join(_NEEDED)}, or {' and '.join(_IN_THE_STEP)} themselves"
        return
    given = {argument.partition("=")[0] for argument in beam_args}
    if missing := [option for option in _NEEDED[runner] if option not in given]:
        yield f"beam.args: --runner={runner} needs {', '.join(missing)}"
    shared = kubeflow.shared
    if shared is None:
        yield (
            f"beam.args: --runner={runner}: workers elsewhere do not see the files of a step; name a folder of a volume "
            "that they see too in kubeflow.shared, or leave the runner out"
        )
    elif not any(PurePath(shared).is_relative_to(volume.path) for volume in kubeflow.volumes):
        yield f"kubeflow.shared: {shared} is below none of kubeflow.volumes, so it would be of each step's own"


def _runner(beam_args: Sequence[str]) -> str:
    """The last one named is the one that counts."""
    named = [argument.partition("=")[2] for argument in beam_args if argument.startswith("--runner=")]
    return named[-1] if named else _IN_THE_STEP[0]
