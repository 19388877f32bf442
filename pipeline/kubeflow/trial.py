"""The compiled runner: executes what `clipgate compile` writes, without a cluster, in a process of its own.

Run as `python -m pipeline.kubeflow.trial EVENTS_FD CONFIG_FILE COMPILED_FILE [NAME=VALUE ...] [--set=KEY=VALUE ...]`. If
COMPILED_FILE is empty, the configuration is compiled first: without data where there are parameters, since no other file has
any. Artifacts lie in `<output_dir>/compiled/<name>/<run id>/<task>/<execution>/<output>`.
"""

import functools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from foundation.events import Send, report
from foundation.loading import no_garbage
from pipeline.config import Config, load_config
from pipeline.kubeflow.check import require_runnable
from pipeline.kubeflow.execute import StepFailedError, execute, load_spec, produced_by
from pipeline.kubeflow.metadata import Execution
from pipeline.kubeflow.parameters import by_name
from pipeline.kubeflow.planning import require_possible
from pipeline.kubeflow.tasks import Json, runtime_parameters
from pipeline.runner_arguments import runner_parser


def main() -> None:
    parser = runner_parser()
    parser.add_argument("compiled")
    parser.add_argument("parameters", nargs="*")
    given = parser.parse_args()
    config = functools.partial(load_config, given.config_path, given.changes)
    report(given.events_fd, lambda send: run(config(), given.compiled, given.parameters, send))


def run(config: Config, compiled: str, parameters: Sequence[str], send: Send) -> None:
    """Execute the pipeline; the last event, `result` or `error`, says what came of it."""
    given = by_name(parameters)
    root = root_of(config)
    path = Path(compiled) if compiled else compile_for_trial(config, root, without_data=bool(given))
    spec = load_spec(path)
    require_runnable(spec)
    require_possible(spec, runtime_parameters(spec, given))
    try:
        executions = execute(spec, root, time.strftime("%Y%m%d-%H%M%S"), given, send)
    except StepFailedError as error:
        send({"error": str(error), "kind": "internal"})
    else:
        send({"result": summary(executions)})


def root_of(config: Config) -> str:
    """The folder of the compiled runner."""
    return f"{config.output_dir}/compiled"


def compile_for_trial(config: Config, root: str, *, without_data: bool = False) -> Path:
    """Compile a pipeline whose artifacts go to a folder; returns the file."""
    # It takes ten seconds to load.
    with no_garbage():
        from pipeline.kubeflow.compiler import compile_to_file

    # Nothing but these two differs from what a cluster gets.
    kubeflow = config.kubeflow.model_copy(update={"pipeline_root": root, "checkpoints": None})
    path = Path(root, "pipeline.yaml")
    compile_to_file(config.model_copy(update={"kubeflow": kubeflow}), path, without_data=without_data)
    return path


def summary(executions: Sequence[Execution]) -> dict[str, Any]:
    """The same as `pipeline.lineage.run_summary` for a local run."""
    produced = produced_by(executions)
    pushed: Json = produced.get(("Pusher", "pushed_model"), {}).get("metadata", {})
    return {
        "nodes": {execution.task: execution.state.lower() for execution in executions},
        "uris": {f"{node}.{key}": artifact["uri"] for (node, key), artifact in produced.items()},
        "pushed_version": pushed.get("pushed_destination") if pushed.get("pushed") else None,
        "not_pushed_reason": pushed.get("not_pushed_reason", ""),
    }


if __name__ == "__main__":
    main()
