"""clipgate apply"""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from components.annotations.decisions.applying import Applied, Row, apply, rows_of
from components.annotations.decisions.decision import Action, Decision
from components.annotations.decisions.log import read_log
from components.annotations.files.fetch import load_annotations
from components.annotations.files.video_finder import VideoFinder
from components.annotations.records.record import FindBy, Record, Reject, Segment
from components.annotations.writers.catalogue import choose_format
from components.storage.opening import open_root
from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from pipeline.commands.annotation_files import (
    content_of,
    refuse_originals,
    refuse_output,
    say_what_is_not_written,
    write_annotations,
)
from pipeline.commands.convert import (
    AnnotationSource,
    DelimiterOption,
    GroupPatternOption,
    LabelFieldOption,
    ToOption,
    account,
    converted,
    name_rejects,
    source_of,
)
from pipeline.commands.terminal import (
    ForceOption,
    SetOption,
    console,
    errors,
    escaped,
    print_assumptions,
    refuse_existing,
    require_config,
    whole_file,
)

_NUM_CHANGES = 50


def apply_log(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="The log of decisions.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The corrected annotations; of formats with a file for each video, a folder."
        ),
    ],
    annotations: Annotated[str | None, typer.Option("--annotations", "-a", help="A file, folder or address.")] = None,
    videos: Annotated[str | None, typer.Option("--videos", help="The folder or address of the videos.")] = None,
    annotation_format: Annotated[str, typer.Option("--format", help="As data.format.")] = "auto",
    frame_rate: Annotated[float | None, typer.Option("--frame-rate", help="As data.frame_rate.")] = None,
    label_map: Annotated[str | None, typer.Option("--label-map", help="As data.label_map.")] = None,
    label_field: LabelFieldOption = None,
    delimiter: DelimiterOption = None,
    group_pattern: GroupPatternOption = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="A configuration, whose `data` is read instead.")
    ] = None,
    to: ToOption = None,
    only_accepted: Annotated[
        bool,
        typer.Option(
            "--only-accepted", help="Leave out rows that nobody has accepted or changed, such as guesses of a model."
        ),
    ] = False,
    diff: Annotated[
        Path | None, typer.Option("--diff", metavar="FILE", help="Write each change to this file, a line each.")
    ] = None,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Write annotations as people decided; the annotations that they looked at, and the log, stay as they are."""
    name = choose_format(output, to)
    refuse_output("--output", output, name, force)
    refuse_existing("--diff", diff, force)
    require_config(config, changes)
    given = {
        "format": annotation_format,
        "frame_rate": frame_rate,
        "label_map": label_map,
        "label_field": label_field,
        "delimiter": delimiter,
        "group_pattern": group_pattern,
    }
    source = source_of(config, changes or (), annotations, videos, given)
    for option, path in (("--output", output), ("--diff", diff)):
        if path:
            refuse_originals(option, path, source.data)
            if path.resolve() == log.resolve():
                raise UserError(f"{option}: {path} is the log itself; name another file")
    if diff and diff.resolve() == output.resolve():
        raise UserError(f"--diff: {diff} is what --output names; name another file")
    decisions = read_log(log)
    records, assumptions = load_annotations(source.data, source.beam_args)
    done = converted(records, source.data, source.beam_args, source.videos_key)
    applied = apply(_rows(records, done, source), decisions, only_accepted=only_accepted)
    content, left_out = content_of(applied.segments, name, source.data.videos, source.beam_args, source.videos_key)
    rejects = [*(record for record in done if isinstance(record, Reject)), *left_out]
    name_rejects(rejects)
    print_assumptions(assumptions)
    _name_undone(applied)
    if not content.segments:
        if only_accepted:
            raise UserError(
                f"{output} was not written: nobody has accepted or changed any of {counted(len(done), 'row')}"
            )
        raise UserError(f"{output} was not written: no row is left of {account(0, rejects)}")
    write_annotations("--output", output, name, content)
    lines = list(map(str, applied.changes))
    if diff:
        with whole_file("--diff", diff) as partial:
            partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="backslashreplace")
    _say(lines[:_NUM_CHANGES] if not diff else [])
    if not diff and len(lines) > _NUM_CHANGES:
        _say([f"and {len(lines) - _NUM_CHANGES} more: --diff FILE"])
    num_rows = len({change.source for change in applied.changes})
    _say(
        [
            _of_decisions(decisions, applied),
            f"{counted(len(lines), 'change')} in {counted(num_rows, 'row')}; {counted(len(content.segments), 'row')} "
            f"written to {output}. A run reads no log: to train on this, name it as data.annotations",
        ]
    )
    say_what_is_not_written(name, content)


def _rows(records: Collection[Record], done: Collection[Record], source: AnnotationSource) -> list[Row]:
    finder = VideoFinder(open_root(source.data.videos, source.videos_key, source.beam_args))
    finder.expect(record.video for record in records if isinstance(record, Segment) and record.find_by is FindBy.PATH)
    return rows_of(records, done, finder.find, source.background_label)


def _name_undone(applied: Applied) -> None:
    """Print what nothing was done for."""
    for decision in applied.log.stale:
        _warn(f"stale: {_shown(decision)}: the row is not there as it was then, and nothing was done")
    for decision in applied.log.aimless:
        _warn(f"no decision {decision.undoes} comes before its undo by {decision.by}")
    for decision in applied.open:
        _warn(f"open: {_shown(decision)}: nobody said what is right, and the row stays as it is")


def _of_decisions(decisions: Sequence[Decision], applied: Applied) -> str:
    log = applied.log
    actions = Counter(decision.action for decision in log.standing)
    listed = ", ".join(f"{action.value} {actions[action]}" for action in Action if actions[action])
    rest = [
        f"{len(found)} {what}"
        for what, found in (
            ("stale", log.stale),
            ("overridden by later ones", log.overridden),
            ("taken back", log.undone),
        )
        if found
    ]
    return f"{counted(len(decisions), 'decision')}: {', '.join([f'{len(log.standing)} stand ({listed})', *rest])}"


def _shown(decision: Decision) -> str:
    target = decision.segment or (decision.finding and decision.finding.check) or ""
    return f"{decision.action.value} by {decision.by} on {decision.at:%Y-%m-%d}, {target}"


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False)


def _warn(line: str) -> None:
    errors.print(escaped(line), highlight=False)
