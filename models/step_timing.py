"""Measures how long networks take to train. Run as `python -m models.step_timing EVENTS_FD JOB`.

JOB is JSON: `models`, configurations from small to large; `training`; `num_classes`; and `most_seconds` for a clip, null for no
bound. The events are `seconds_per_clip` of each of the models, until one takes more than that.
"""

import json
import sys
from typing import Any

from foundation.events import Send, report
from models.config import ModelConfig
from models.training.config import TrainingConfig
from models.training.step_timing import seconds_per_clip


def main() -> None:
    events_fd, job = sys.argv[1:]
    report(int(events_fd), lambda send: measure(json.loads(job), send))


def measure(job: dict[str, Any], send: Send) -> None:
    """Send what each model takes."""
    training = TrainingConfig.model_validate(job["training"])
    for model in job["models"]:
        seconds = seconds_per_clip(ModelConfig.model_validate(model), training, job["num_classes"])
        send({"seconds_per_clip": seconds})
        if job["most_seconds"] is not None and seconds > job["most_seconds"]:
            return


if __name__ == "__main__":
    main()
