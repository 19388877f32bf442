"""clipgate demo-data"""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from pipeline.bars import Bars
from pipeline.commands.terminal import console


def demo_data(
    output_dir: Annotated[Path, typer.Argument(help="Where the videos and annotations.csv go.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 7,
    long: Annotated[
        bool, typer.Option("--long", help="Long videos of people who are not in the demo data of this seed.")
    ] = False,
) -> None:
    """Make the demo data: drawn figures of many people who do six actions."""
    from examples.demo_data import generate
    from examples.planning import LONG_VIDEOS

    if (output_dir / "annotations.csv").is_file():
        console.print(f"{output_dir}: the demo data is there already", highlight=False, markup=False)
        return
    with Bars(*Progress.get_default_columns(), console=console) as bar:
        task = bar.add_task("drawing videos")

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        summary = generate(output_dir, seed=seed, on_progress=show, **(LONG_VIDEOS if long else {}))
    console.print(f"{output_dir}: {summary}", highlight=False, markup=False)
