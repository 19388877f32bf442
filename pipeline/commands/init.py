"""clipgate init"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

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
    from pipeline.initial.gates import choose_bars
    from pipeline.initial.network import choose_network
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
        split_of, _ = split_manifest(sources.manifest, chosen.splits)
        videos_of = sources.manifest.segments_by_video
        sizes = Counter(split_of[video] for video, segments in videos_of.items() for _ in segments)
        bars.update(step, description="measuring some steps of training")
        network = choose_network(sizes["train"], sizes["eval"], len(set(sources.labels)), minutes * 60)
    machine = f"a machine with {counted(num_cores(), 'core')} and {minutes:g} min for the training"
    with whole_file("--output", output) as partial:
        partial.write_text(configuration(folder, sources, chosen, network, machine), encoding="utf-8")
    for line in found(sources, sizes["test"]):
        console.print(escaped(line), highlight=False)
    print_assumptions(sources.assumptions)
    model = network.model
    console.print(
        f"training: {model.network} {model.preset} of {model.num_frames} frames of {model.height}x{model.width}, "
        f"{network.num_epochs} epochs of {counted(sizes['train'], 'clip')}: about {duration(network.seconds)} on this machine",
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
