"""The local runner: the pipeline in a process of its own, with ML Metadata in SQLite.

Run as `python -m pipeline.local EVENTS_FD CONFIG_FILE [--set=KEY=VALUE ...]`. What people should see is written to the file
descriptor, one JSON object a line; what TensorFlow and TFX print is this process's output.
"""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from absl import logging as absl_logging

from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.versions import available_versions
from components.pusher.whole import version_differences
from components.storage.paths import METADATA_FILE
from foundation.events import Send, report, send_progress
from foundation.loading import no_garbage
from foundation.messages.progress import announce
from pipeline.beam.failures import engine_failures_explained
from pipeline.beam.lost_workers import end_with_lost_worker
from pipeline.config import Config, load_config
from pipeline.full_disks import full_disks_explained, shortage
from pipeline.metadata_file import locks_explained, require_metadata
from pipeline.owner import record_run, said_of_another_run
from pipeline.places import CHECKPOINTS
from pipeline.plan import Plan, make_plan
from pipeline.pushed_classes import changed_ids
from pipeline.runner_arguments import runner_parser
from pipeline.runs.record import follow_artifacts
from pipeline.standing import Standing, note, read_note, state_of

_CACHED_MESSAGE = re.compile(r"A cached execution \d+ is used\.")


class _CacheHandler(logging.Handler):
    """Turns what TFX logs of a node that is answered from the cache into an event; its launcher says it in no other way."""

    def __init__(self, send: Send) -> None:
        super().__init__(logging.INFO)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        if _CACHED_MESSAGE.match(record.getMessage()):
            self._send({"state": "cached"})


def main() -> None:
    given = runner_parser().parse_args()
    report(given.events_fd, lambda send: run(given.config_path, given.changes, send))


def run(config_path: Path, changes: Sequence[str], send: Send) -> None:
    """Run the pipeline; the last event, `result`, says what came of it."""
    send_progress(send)
    config = load_config(config_path, changes)
    end_with_lost_worker(send)
    logging.getLogger().addHandler(_CacheHandler(send))
    with (
        full_disks_explained(config) as disks,
        locks_explained(Path(config.output_dir, METADATA_FILE)),
        engine_failures_explained(config.beam),
    ):
        _run(config, disks.watching(send))


def _run(config: Config, send: Send) -> None:
    # By absl's own switch: TFX's components touch absl's flags, which would reset a level that was set on its logger.
    absl_logging.set_verbosity(absl_logging.INFO)
    metadata_path = Path(config.output_dir) / METADATA_FILE
    require_metadata(metadata_path, announce, to_write=True)
    plan = make_plan(config)
    base_model = {"base_model": str(plan.base.path)} if plan.base else {}
    send({"planned": {"data_digest": plan.data_digest, "training_key": plan.training_key, **base_model}})
    if changes := changed_ids(plan.config, plan.classes):
        announce(changes)
    if standing := still_standing(plan, metadata_path):
        _answer(standing, send)
        return
    state = state_of(plan)
    # These take ten seconds; mistakes in the input are told before.
    with no_garbage():
        from pipeline.abandoned import fail_abandoned
        from pipeline.dag import create_pipeline
        from pipeline.lineage import run_summary
        from pipeline.runs.code import code_of
        from pipeline.sealing.artifacts import ArtifactSeals
        from pipeline.sealing.cache import forget_damaged
        from pipeline.sealing.moved import follow_move
        from pipeline.sealing.runner import SealedRunner

    if plan.config.beam.is_elsewhere:
        # Beam takes seconds, too.
        from pipeline.beam.checking import require_engine

        require_engine(plan.config)
    set_aside_unknown(Path(plan.config.local_pipeline_root), metadata_path)
    fail_abandoned(metadata_path)
    if said := said_of_another_run(plan.config):
        announce(said)
    record_run(plan.config)
    former = follow_move(metadata_path, Path(plan.config.local_pipeline_root))
    if metadata_path.exists() and (words := shortage(config, run_summary(metadata_path, config.name)["uris"].values())):
        announce(words)
    seals = ArtifactSeals()
    forget_damaged(metadata_path, plan.config.name, seals)
    runner = SealedRunner(seals, plan.places, former, send)
    pipeline = create_pipeline(plan, plan.config.local_pipeline_root, str(metadata_path))
    nodes = [component.id for component in pipeline.components]
    send({"nodes": nodes})
    send({"planned": {"code": code_of(pipeline.components)}})
    runner.run(pipeline)
    summary = run_summary(metadata_path, plan.config.name)
    if not is_served(summary["pushed_version"], plan.config.push_destination):
        announce(
            f"{summary['pushed_version']}, which an earlier run has pushed, is gone or not whole; it is pushed again"
        )
        again = replace(plan, push_attempt=time.strftime("%Y%m%d-%H%M%S"))
        runner.run(create_pipeline(again, plan.config.local_pipeline_root, str(metadata_path)))
        summary = run_summary(metadata_path, plan.config.name)
    if state_of(plan) == state:
        note(Standing(state, runner.last_run, nodes, summary), Path(config.output_dir))
    send({"result": summary})


def still_standing(plan: Plan, metadata_path: Path) -> Standing | None:
    """The last run, if this one would find all as that did, and so do nothing; None if it would not."""
    standing = read_note(metadata_path.parent)
    if standing is None or not metadata_path.exists() or said_of_another_run(plan.config):
        return None
    # ML Metadata take a second.
    from pipeline.lineage import run_summary
    from pipeline.sealing.artifacts import ArtifactSeals

    is_last = standing.state == state_of(plan) and standing.summary == run_summary(metadata_path, plan.config.name)
    if not is_last or not is_served(standing.summary["pushed_version"], plan.config.push_destination):
        return None
    seals = ArtifactSeals()
    is_whole = not any(seals.differences(Path(uri)) for uri in standing.summary["uris"].values())
    return standing if is_whole else None


def _answer(standing: Standing, send: Send) -> None:
    """Report a run that was answered from the cache as a whole."""
    send({"nodes": standing.nodes})
    send({"metadata_run": standing.metadata_run})
    for node in standing.nodes:
        send({"node": node, "state": "running"})
        send({"state": "cached"})
        send({"node": node, "state": "finished"})
    send({"result": {**standing.summary, "nodes": dict.fromkeys(standing.nodes, "cached")}})


def is_served(pushed_version: str | None, push_destination: str) -> bool:
    """Tell whether what the Pusher says, perhaps from the cache, is true: the version is there, and whole.

    True if it says nothing.
    """
    if pushed_version is None:
        return True
    destination = open_destination(push_destination)
    with explained(destination.uri):
        for version in available_versions(destination):
            if version.uri == pushed_version:
                return not version_differences(version)
    return False


def set_aside_unknown(pipeline_root: Path, metadata_path: Path) -> None:
    """Move artifacts aside that ML Metadata does not know, since its file is gone or empty.

    Executions are numbered anew then, and outputs are in folders of these numbers: a run would write beside what an earlier
    one left there, and read both. Checkpoints have names of their own and stay.
    """
    is_known = metadata_path.exists() and metadata_path.stat().st_size > 0
    if is_known or not pipeline_root.is_dir():
        return
    unknown = [path for path in pipeline_root.iterdir() if path.name != CHECKPOINTS]
    if not unknown:
        return
    aside = pipeline_root.with_name(time.strftime("unknown-%Y%m%d-%H%M%S"))
    aside.mkdir()
    for path in unknown:
        path.rename(aside / path.name)
    # Other artifacts will lie under the old paths.
    follow_artifacts(pipeline_root.parent, pipeline_root.name, aside.name)
    announce(
        f"{metadata_path} is gone or empty; what earlier runs left was moved to {aside}, and everything is made anew"
    )


if __name__ == "__main__":
    main()
