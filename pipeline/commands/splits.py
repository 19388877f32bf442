"""clipgate splits"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import Manifest, build_manifest
from components.annotations.splits.assignment import ASSIGNMENT_FILE
from components.annotations.splits.config import SPLITS
from components.annotations.splits.splitting import split_manifest
from components.storage.opening import open_root
from foundation.messages.errors import UserError
from pipeline.commands.terminal import (
    ConfigOption,
    ForceOption,
    SetOption,
    console,
    escaped,
    folding_column,
    key_column,
    print_assumptions,
    refuse_existing,
    whole_file,
)
from pipeline.config import load_config
from pipeline.plan import make_plan
from pipeline.share_to_test import with_enough_to_test


def splits(
    config: ConfigOption,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path(ASSIGNMENT_FILE),
    for_gates: Annotated[
        bool, typer.Option("--for-gates", help="Make the test split as large as the bars of the gates need it.")
    ] = False,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Assign the videos to train, eval and test as a run would, and write that to a file, without decoding any."""
    refuse_existing("--output", output, force)
    settings = load_config(config, changes or ())
    args = settings.beam.args
    root = open_root(settings.data.videos, "data.videos", args)
    classes = make_plan(settings).classes
    records, assumptions = load_annotations(settings.data, args)
    manifest = build_manifest(
        records, root, classes, settings.negatives, settings.data.group_pattern, settings.sampling.cuts_clips
    )
    if not manifest.segments_by_video:
        raise UserError(f"{output} was not written: {manifest.why_empty()}")
    chosen = with_enough_to_test(manifest, settings) if for_gates else settings.splits
    split_of, assignment = split_manifest(manifest, chosen, settings.negatives, args)
    with whole_file("--output", output) as partial:
        partial.write_text(assignment.to_csv(), encoding="utf-8")
    print_assumptions((*assumptions, *manifest.assumptions))
    console.print(_table(manifest, split_of))
    if for_gates:
        shares = ", ".join(f"{split}: {share:.3g}" for split, share in chosen.shares.items())
        console.print(f"write under splits: {shares}", highlight=False)
    console.print(f"{output} written; with splits.assignment a run holds on to it", highlight=False, markup=False)


def _table(manifest: Manifest, split_of: dict[str, str]) -> Table:
    counts = Counter(
        (segment.label, split_of[video])
        for video, segments in manifest.segments_by_video.items()
        for segment in segments
    )
    numbers = (folding_column(split, "right") for split in SPLITS)
    table = Table(key_column("class"), *numbers, box=None, padding=(0, 2))
    for label in sorted({label for label, _ in counts}):
        table.add_row(escaped(label), *(str(counts[label, split]) for split in SPLITS))
    return table
