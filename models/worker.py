"""One of several workers of a training. Run as `python -m models.worker EVENTS_FD JOB_FILE`, with TF_CONFIG set.

What people should see is written to the file descriptor, one JSON object a line.
"""

import sys

from foundation.events import Send, report, send_progress
from foundation.messages.progress import say_ended
from models.trainer import train
from models.training.distribution import explained_loss
from models.training.job import read_job


def main() -> None:
    """Train what the job says."""
    events_fd, job_path = sys.argv[1:]
    report(int(events_fd), lambda send: work(job_path, send))


def work(job_path: str, send: Send) -> None:
    """Train, and say so when there is nothing left to do."""
    send_progress(send)
    with explained_loss():
        train(read_job(job_path))
    say_ended()


if __name__ == "__main__":
    main()
