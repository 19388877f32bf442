"""clipgate lineage"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from pipeline.commands.runs import tell
from pipeline.commands.terminal import ConfigOption, JsonOption, SetOption, console, escaped, folding_column, key_column
from pipeline.config import Config, load_config
from pipeline.runs.book import Book
from pipeline.runs.record import RunRecord

if TYPE_CHECKING:
    from pipeline.runs.history import Execution, History
    from pipeline.runs.walking import Model, Sight


def lineage(
    config: ConfigOption,
    which: Annotated[
        str | None,
        typer.Argument(metavar="VERSION", help="The number of a version, or of a run; default: the last run."),
    ] = None,
    video: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Which models saw this video? A file, or its path below data.videos."),
    ] = None,
    videos: Annotated[bool, typer.Option("--videos", help="List the videos of each split.")] = False,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Say what a model was made of, step by step back to the videos; or which models saw a video, and in which split."""
    settings = load_config(config, changes or ())
    book = Book(settings, tell)
    if book.history is None:
        raise UserError(f"{book.output_dir}: no run is known there; run: clipgate run --config {config}")
    if video is not None:
        if which is not None:
            raise UserError("name a version or a video, not both: --video asks about all models")
        _show_sights(book, book.history, _below(settings, video), as_json)
    else:
        _show_walk(book, book.history, _run_of(book, which), as_json, videos)


def _run_of(book: Book, which: str | None) -> RunRecord:
    if which is not None:
        return book.find(which)
    if not book.records:
        raise UserError(f"{book.output_dir}: its runs are of an earlier release, which kept no records")
    return book.records[-1]


def _below(settings: Config, video: str) -> str:
    """The path of a video below `data.videos`, as the ledger has it."""
    root = Path(settings.data.videos)
    path = Path(video).absolute()
    if path.exists() and path.resolve().is_relative_to(root):
        return path.resolve().relative_to(root).as_posix()
    return video


def _show_walk(book: Book, history: "History", run: RunRecord, as_json: bool, with_videos: bool) -> None:
    from pipeline.runs.walking import end_of, ledger_of, upstream, videos_by_split

    if run.runner != "local":
        raise UserError(f"run {run.number} is of the {run.runner} runner, whose ML Metadata are not walked here")
    end = end_of(history, run)
    if end is None:
        raise UserError(f"run {run.number} ({run.verdict}) made no model, and was given none by the cache")
    steps = upstream(history, end)
    ledger = ledger_of(history, end)
    splits = videos_by_split(ledger) if ledger else None
    if as_json:
        found = {
            "run": run.number,
            "version": run.version_number or None,
            "base_model": run.base_model or None,
            "steps": [_step_as_json(book, history, step) for step in steps],
            "splits": None
            if splits is None
            else {name: dict(sorted(each.num_clips.items())) for name, each in splits.items()},
        }
        print(json.dumps(found))
        return
    what = f"version {run.version_number}, the model" if run.version_number else "the model"
    console.print(escaped(f"{what} that run {run.number} has judged, and what it was made of:"), highlight=False)
    console.print(_steps_table(book, history, steps))
    if run.base_model:
        console.print(escaped(f"its training began with {run.base_model}"), highlight=False)
    if splits is None:
        console.print(
            "its ledger was removed with its artifacts, so its videos are not known any more", highlight=False
        )
        return
    for name, split in splits.items():
        listed = dict(sorted(split.num_clips.items()))
        clips = counted(sum(listed.values()), "clip")
        groups = counted(len(split.groups), "group")
        console.print(
            escaped(f"{_split(name, run)}: {clips} of {counted(len(listed), 'video')} of {groups}"), highlight=False
        )
        for path, num_clips in listed.items() if with_videos else ():
            console.print(escaped(f"  {path}: {counted(num_clips, 'clip')}"), highlight=False)


def _steps_table(book: Book, history: "History", steps: "list[Execution]") -> Table:
    columns = (key_column("step"), key_column("run"), folding_column("made from"), folding_column("made"))
    table = Table(*columns, box=None, padding=(0, 1))
    for step in steps:
        found = _step_as_json(book, history, step)
        # The rest of the path is <output_dir>/pipeline/<step>.
        made = [
            "/".join(Path(each["path"]).parts[-2:]) + ("" if each["is_there"] else " (removed)")
            for each in found["outputs"]
        ]
        table.add_row(
            step.node, str(found["run"] or "-"), ", ".join(found["made_from"]) or "-", escaped(", ".join(made))
        )
    return table


def _step_as_json(book: Book, history: "History", step: "Execution") -> dict[str, Any]:
    run = next((each for each in book.records if step.run in each.metadata_runs), None)
    makers = (history.maker(artifact) for numbers in step.inputs.values() for artifact in numbers)
    artifacts = [(name, history.artifact(number)) for name, numbers in step.outputs.items() for number in numbers]
    return {
        "step": step.node,
        "execution": step.number,
        "run": run.number if run else None,
        "made_from": list(dict.fromkeys(maker.node for maker in makers if maker)),
        "outputs": [
            {"name": name, "id": each.number, "path": str(each.path), "is_there": each.is_there}
            for name, each in artifacts
        ],
    }


def _show_sights(book: Book, history: "History", video: str, as_json: bool) -> None:
    from pipeline.runs.walking import models_of, names_like, sights

    models = models_of(history, book.records)
    found = sights(models, video)
    if as_json:
        print(json.dumps({"video": video, "models": [_sight_as_json(sight) for sight in found]}))
        return
    if not any(sight.clips for sight in found):
        like = ", ".join(names_like(models, video))
        hint = f"; did you mean {like}?" if like else "; what is meant is its path below data.videos"
        tell(f"{video} is in no ledger that is still there{hint}")
    table = Table(
        key_column("model of"),
        key_column("versions"),
        folding_column("clips of the video"),
        folding_column("through"),
        box=None,
        padding=(0, 2),
    )
    for sight in found:
        table.add_row(
            *map(
                escaped,
                (_name(sight.model), ", ".join(sight.model.versions) or "-", _clips(sight), _through_base(sight)),
            )
        )
    console.print(table)


def _name(model: "Model") -> str:
    return f"run {model.run.number}" if model.run else model.execution.run


def _clips(sight: "Sight") -> str:
    if sight.clips is None:
        return "not known any more: its ledger was removed"
    run = sight.model.run
    return ", ".join(f"{_split(split, run)} {number}" for split, number in sorted(sight.clips.items())) or "none"


def _split(name: str, run: RunRecord | None) -> str:
    """The name of a split; with folds the model has learned from the test split too."""
    return f"{name} (learned from too)" if run and name == "test" and name in run.learned_splits else name


def _through_base(sight: "Sight") -> str:
    """What the models that a training began from have seen."""
    if sight.unknown_base:
        return f"not known: its training began with {sight.unknown_base}"
    if sight.base is None:
        return ""
    words = f"its base, the model of {_name(sight.base.model)}: {_clips(sight.base)}" if sight.base.clips != {} else ""
    return "; ".join(filter(None, (words, _through_base(sight.base))))


def _sight_as_json(sight: "Sight") -> dict[str, Any]:
    return {
        "run": sight.model.run.number if sight.model.run else None,
        "versions": sight.model.versions,
        "clips": sight.clips,
        "base": _sight_as_json(sight.base) if sight.base else None,
        "unknown_base": sight.unknown_base or None,
    }
