"""What `pipeline.launch` tells the process of a run on its command line."""

import argparse
from pathlib import Path


def runner_parser() -> argparse.ArgumentParser:
    """Reads `EVENTS_FD CONFIG_FILE ... [--set=KEY=VALUE ...]`; a runner adds arguments of its own, which follow the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("events_fd", type=int)
    parser.add_argument("config_path", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="changes")
    return parser
