"""Prints the peak RSS, in MiB, of a process that asks an exported model for so many clips at once.

.venv/bin/python -m benchmarks.serving_memory --model demo/run/serving/action --clips 1000
"""

import argparse
import re
from pathlib import Path

import tensorflow as tf

from benchmarks.served import draw_clips
from pipeline.prediction.model import find_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--clips", type=int, required=True)
    arguments = parser.parse_args()
    version, info = find_model(arguments.model)
    few = draw_clips(info, 10)
    clips = tf.constant([few[i % len(few)] for i in range(arguments.clips)])
    tf.saved_model.load(str(version)).signatures["predict_jpeg"](frames=clips)
    # Not ru_maxrss: a process inherits that of the one which started it.
    status = Path("/proc/self/status").read_text()
    print(int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024)


if __name__ == "__main__":
    main()
