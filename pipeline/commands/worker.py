"""clipgate worker"""

from pipeline.commands.terminal import ConfigOption, SetOption, console
from pipeline.config import load_config


def worker(config: ConfigOption, changes: SetOption = None) -> None:
    """Help another machine's run with its training (training.distribution: multi_worker; see docs/training.md)."""
    from pipeline.worker import join_training

    join_training(load_config(config, changes or ()), console)
    console.print("the training has ended", highlight=False)
