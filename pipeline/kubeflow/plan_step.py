"""The first step of a pipeline that is planned when it runs: `python -m pipeline.kubeflow.plan_step EXECUTOR_INPUT`.

It plans as `clipgate compile` does on a machine that sees the data, and writes for each task its parameters.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pipeline.kubeflow.entrypoint import reporting
from pipeline.kubeflow.planning import require_same_tasks, settings_of_run


def main(executor_input: dict[str, Any]) -> None:
    """Plan a run, from the ExecutorInput of its first task.

    Raises:
      SystemExit: it cannot be planned; the last line of the output says why.
    """
    with reporting():
        config, checkpoint_root = settings_of_run(executor_input["inputs"]["parameterValues"])
        # TensorFlow takes seconds to load.
        from pipeline.kubeflow.compiler import plan_parameters

        planned = plan_parameters(config, checkpoint_root)
        wanted = executor_input["outputs"]["parameters"]
        require_same_tasks(planned, wanted)
        for name, output in wanted.items():
            path = Path(output["outputFile"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(planned[name])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
