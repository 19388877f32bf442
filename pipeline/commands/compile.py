"""clipgate compile"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.terminal import ConfigOption, console
from pipeline.config import load_config


def compile_pipeline(
    config: ConfigOption,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("pipeline.yaml"),
) -> None:
    """Write the pipeline as Kubeflow Pipelines runs it."""
    from pipeline.kubeflow.compiler import compile_to_file

    compile_to_file(load_config(config), output)
    console.print(f"{output} written", highlight=False)
