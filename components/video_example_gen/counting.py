"""Progress of an ingest whose workers are elsewhere, and so heard by nobody: counted from the shards that are complete."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from components.video_example_gen.work_folder import WorkFolder
from foundation.beam_runners import LOCAL_RUNNERS
from foundation.messages.progress import Progress

_SECONDS_BETWEEN_LOOKS = 1.0


def are_elsewhere(beam_args: Sequence[str]) -> bool:
    """Tell whether Beam's options name a runner whose workers cannot tell this process of their progress."""
    return PipelineOptions(list(beam_args)).view_as(StandardOptions).runner not in (None, *LOCAL_RUNNERS)


@contextmanager
def counted(work: WorkFolder, num_shards: int) -> Iterator[None]:
    """Tell of each shard that is complete, until the context ends."""
    has_ended = threading.Event()
    counter = threading.Thread(target=_count, args=(work, work.num_accounts(), num_shards, has_ended), daemon=True)
    counter.start()
    try:
        yield
    finally:
        has_ended.set()
        counter.join()


def _count(work: WorkFolder, at_start: int, num_shards: int, has_ended: threading.Event) -> None:
    progress = Progress(num_shards, "shards")
    progress.advance(at_start)
    started, told, is_last = time.monotonic(), at_start, False
    while not is_last:
        is_last = has_ended.wait(_SECONDS_BETWEEN_LOOKS)
        if (found := work.num_accounts()) > told:
            rate = (found - at_start) / max(1e-3, time.monotonic() - started)
            progress.advance(found - told, detail=f"{rate:.1f} shards/s")
            told = found
