"""From a model to the videos that it was made of, and from a video to the models that saw it: a walk through ML Metadata."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from components.video_example_gen.ledger import ACCEPTED_FILE, Entries
from pipeline.runs.history import Execution, History
from pipeline.runs.record import RunRecord

_TRAINER, _INGEST, _PUSHER = "Trainer", "VideoExampleGen", "Pusher"


class Model(NamedTuple):
    """A model that was trained here.

    Attributes:
      execution: of the Trainer.
      run: that trained it; None for a run of an earlier release, which has no record.
      versions: the numbers under which it was pushed.
      ledger: of the Examples that it was trained on; None where that was removed.
    """

    execution: Execution
    run: RunRecord | None
    versions: tuple[str, ...]
    ledger: Path | None


class Sight(NamedTuple):
    """What a model has seen of a video.

    Attributes:
      clips: by split; None where the ledger was removed, so that nobody knows.
      base: what the model that its training began from has seen; None if it began with random weights.
      unknown_base: the path of such a model if it is none of this `output_dir`.
    """

    model: Model
    clips: Mapping[str, int] | None
    base: "Sight | None" = None
    unknown_base: str = ""


def upstream(history: History, execution: Execution) -> list[Execution]:
    """An execution and all whose outputs it was made of, the last ones first."""
    found: dict[int, Execution] = {}
    waiting = [execution]
    while waiting:
        each = waiting.pop()
        if each.number not in found:
            found[each.number] = each
            makers = (history.maker(artifact) for numbers in each.inputs.values() for artifact in numbers)
            waiting += [maker for maker in makers if maker]
    return [found[number] for number in sorted(found, reverse=True)]


def end_of(history: History, run: RunRecord) -> Execution | None:
    """The execution at which a walk from a run's model begins: what pushed it, or else what trained it; None: neither."""
    executions = history.of_run(run.metadata_runs)
    for node, output in ((_PUSHER, "pushed_model"), (_TRAINER, "model")):
        for artifact in executions[node].outputs.get(output, ()) if node in executions else ():
            if node == _TRAINER or history.artifact(artifact).properties.get("pushed") == "1":
                return history.maker(artifact)
    return None


def models_of(history: History, records: Sequence[RunRecord]) -> list[Model]:
    """All models that the runs have trained, oldest first."""
    versions: dict[int, list[str]] = {}
    for execution in history.executions:
        for artifact in execution.outputs.get("pushed_model", ()):
            version = history.artifact(artifact).properties.get("pushed_version", "")
            for model in execution.inputs.get("model", ()) if version else ():
                versions.setdefault(model, []).append(version)
    return [
        Model(
            execution,
            next((record for record in records if execution.run in record.metadata_runs), None),
            tuple(dict.fromkeys(v for model in execution.outputs.get("model", ()) for v in versions.get(model, ()))),
            ledger_of(history, execution),
        )
        for execution in history.executions
        if execution.node == _TRAINER and execution.state == "complete"
    ]


def ledger_of(history: History, execution: Execution) -> Path | None:
    """The folder of the ledger behind an execution; None where it was removed."""
    for each in upstream(history, execution):
        for artifact in each.outputs.get("ledger", ()) if each.node == _INGEST else ():
            found = history.artifact(artifact)
            return found.path if found.is_there else None
    return None


class VideosOfSplit(NamedTuple):
    """How many clips each video of a split has, and the groups of the split."""

    num_clips: Counter[str]
    groups: set[str]


def videos_by_split(ledger: Path) -> dict[str, VideosOfSplit]:
    """What a ledger has accepted."""
    splits: dict[str, VideosOfSplit] = {}
    for entry in Entries(ledger / ACCEPTED_FILE):
        split = splits.setdefault(entry["split"], VideosOfSplit(Counter(), set()))
        split.num_clips[entry["video"]] += entry["clips"]
        split.groups.add(entry["group"])
    return splits


def sights(models: Sequence[Model], video: str) -> list[Sight]:
    """What each model has seen of a video, by its path below `data.videos`."""
    clips = {model.ledger: _clips_of(model.ledger, video) for model in models}
    return [_sight(model, models, clips, frozenset()) for model in models]


def names_like(models: Sequence[Model], video: str) -> list[str]:
    """The paths in ledgers that end with the same file name, for somebody who did not find a video."""
    name = video.rpartition("/")[2]
    found = {
        entry["video"]
        for ledger in {model.ledger for model in models if model.ledger}
        for entry in Entries(ledger / ACCEPTED_FILE)
    }
    return sorted(each for each in found if each.rpartition("/")[2] == name)


def _sight(
    model: Model, models: Sequence[Model], clips: Mapping[Path | None, Mapping[str, int] | None], seen: frozenset[int]
) -> Sight:
    own = clips[model.ledger]
    base = model.run.base_model if model.run else None
    if not base:
        return Sight(model, own)
    version = base.rpartition("/")[2]
    found = next((each for each in models if version in each.versions and each.execution.number not in seen), None)
    if found is None:
        return Sight(model, own, unknown_base=base)
    return Sight(model, own, _sight(found, models, clips, seen | {model.execution.number, found.execution.number}))


def _clips_of(ledger: Path | None, video: str) -> Mapping[str, int] | None:
    if ledger is None:
        return None
    counts = Counter[str]()
    # Most lines are of other videos, and a ledger may have a million.
    named = json.dumps(video)
    with (ledger / ACCEPTED_FILE).open() as file:
        for entry in (json.loads(line) for line in file if named in line):
            if entry["video"] == video:
                counts[entry["split"]] += entry["clips"]
    return dict(counts)
