"""clipgate worker"""

from pipeline.commands.terminal import ConfigOption, SetOption, console
from pipeline.config import load_config
from pipeline.loading import load_tensorflow


def worker(config: ConfigOption, changes: SetOption = None) -> None:
    """Help another machine's run with its training (training.distribution: multi_worker; see docs/training.md)."""
    settings = load_config(config, changes or ())
    load_tensorflow()
    from pipeline.worker import join_training

    join_training(settings, console)
    console.print("the training has ended", highlight=False)
