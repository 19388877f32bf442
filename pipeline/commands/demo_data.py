"""clipgate demo-data"""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from foundation.messages.errors import UserError
from pipeline.bars import Bars
from pipeline.commands.terminal import console


def demo_data(
    output_dir: Annotated[Path, typer.Argument(help="Where the videos and annotations.csv go.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 7,
    long: Annotated[
        bool, typer.Option("--long", help="Long videos of people who are not in the demo data of this seed.")
    ] = False,
    together: Annotated[
        bool, typer.Option("--together", help="Arms and legs act at once: clips with several labels.")
    ] = False,
) -> None:
    """Make the demo data: drawn figures of many people who do six actions."""
    from examples.demo_data import generate
    from examples.planning import LONG_VIDEOS, plan_videos
    from examples.together import plan_videos_together

    _refuse_others(output_dir)
    if (output_dir / "annotations.csv").is_file():
        console.print(f"{output_dir}: the demo data is there already", highlight=False, markup=False)
        return
    with Bars(*Progress.get_default_columns(), console=console) as bar:
        task = bar.add_task("drawing videos")

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        planner = plan_videos_together if together else plan_videos
        summary = generate(output_dir, seed=seed, planner=planner, on_progress=show, **(LONG_VIDEOS if long else {}))
    console.print(f"{output_dir}: {summary}", highlight=False, markup=False)


def _refuse_others(output_dir: Path) -> None:
    """Raise UserError where something lies that is not of the demo data, which would be taken for videos of it."""
    if output_dir.exists() and not output_dir.is_dir():
        raise UserError(f"{output_dir} is a file; name a folder")
    others = {path.name for path in output_dir.glob("[!.]*")} - {"videos", "annotations.csv"}
    if others:
        named = ", ".join(sorted(others)[:3])
        raise UserError(
            f"{output_dir} holds other things, such as {named}; name a folder that is empty or not there yet"
        )
