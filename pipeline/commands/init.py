"""clipgate init"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from components.annotations.splits.config import SplitsConfig
from components.annotations.splits.splitting import split_manifest
from foundation.machine import num_cores
from foundation.messages.errors import UserError
from foundation.messages.wording import counted, duration
from pipeline.bars import Bars as ProgressBars
from pipeline.commands.terminal import (
    ForceOption,
    console,
    errors,
    escaped,
    print_assumptions,
    refuse_existing,
    whole_file,
)
from pipeline.config import Config

if TYPE_CHECKING:  # a real import would load SciPy
    from pipeline.initial.gates import Bars
    from pipeline.initial.sources import Sources


def init(
    source: Annotated[Path, typer.Argument(help="A folder of videos, or the export of an annotation tool.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("config.yaml"),
    videos: Annotated[
        Path | None, typer.Option("--videos", help="Where the videos lie; default: beside the annotations.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long the training may take on this machine.")] = 10,
    label_field: Annotated[str | None, typer.Option("--label-field", help="As data.label_field.")] = None,
    force: ForceOption = False,
) -> None:
    """Look at what is there, and write a configuration to begin with: a network that this machine trains in the time you
    have, and gates that your clips can show."""
    refuse_existing("--output", output, force)
    if not output.absolute().parent.is_dir():
        raise UserError(f"--output: {output} cannot be written: its folder does not exist")
    # These load scientific libraries, which other commands do without.
    from pipeline.initial.gates import choose_bars, choose_bars_by_folds
    from pipeline.initial.network import WITH_WEIGHTS, choose_network, seconds_with_folds
    from pipeline.initial.sources import find_sources
    from pipeline.initial.writing import configuration, found

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with ProgressBars(*columns, console=errors) as bars:
        step = bars.add_task("looking at the data", total=None)
        sources = find_sources(source, videos, label_field)
        bars.update(step, description="looking for gates that the clips can show")
        folder = output.absolute().parent.resolve()
        draft = Config(output_dir=str(folder / "run"), data=sources.data)
        chosen = choose_bars(sources.manifest, draft)
        sizes = _sizes(sources, chosen.splits)
        bars.update(step, description="measuring some steps of training")
        network = choose_network(sizes, len(set(sources.labels)), minutes * 60)
        if network.model == WITH_WEIGHTS and (by_folds := choose_bars_by_folds(sources.manifest, draft, chosen)):
            sizes_with_folds = _sizes(sources, by_folds.splits)
            seconds = seconds_with_folds(network, sizes_with_folds, by_folds.folds or 0)
            if seconds <= minutes * 60:
                chosen, sizes, network = by_folds, sizes_with_folds, replace(network, seconds=seconds)
    machine = f"a machine with {counted(num_cores(), 'core')} and {minutes:g} min for the training"
    with whole_file("--output", output) as partial:
        partial.write_text(configuration(folder, sources, chosen, network, machine), encoding="utf-8")
    for line in found(sources, sizes, chosen):
        console.print(escaped(line), highlight=False)
    print_assumptions(sources.assumptions)
    model = network.model
    console.print(
        f"training: {model.network} {model.preset} of {model.num_frames} frames of {model.height}x{model.width}, "
        f"{network.num_epochs} epochs of {counted(sizes['train'], 'clip')}{_folds(chosen)}: "
        f"about {duration(network.seconds)} on this machine",
        highlight=False,
    )
    if network.seconds > minutes * 60 * 1.2:
        console.print(
            f"that is more than {minutes:g} min: no smaller network is of use; take fewer clips, or more time",
            highlight=False,
        )
    console.print(
        f"{output} written; next:\n  clipgate check {output}\n  clipgate run {output}", highlight=False, markup=False
    )


def _sizes(sources: "Sources", splits: SplitsConfig) -> Counter[str]:
    """Clips of each split."""
    split_of, _ = split_manifest(sources.manifest, splits)
    return Counter(split_of[video] for video, segments in sources.clips.items() for _ in segments)


def _folds(chosen: "Bars") -> str:
    return f" and of test, {chosen.folds} times without a fold and once with all" if chosen.folds else ""
