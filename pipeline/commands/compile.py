"""clipgate compile"""

from pathlib import Path
from typing import Annotated

import typer

from foundation.loading import no_garbage
from pipeline.commands.terminal import ConfigOption, ForceOption, SetOption, console, escaped, refuse_existing
from pipeline.config import Config, load_config
from pipeline.loading import load_tensorflow


def compile_pipeline(
    config: ConfigOption,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("pipeline.yaml"),
    without_data: Annotated[
        bool,
        typer.Option(
            "--without-data", help="Look at neither data nor pushed models: each run does, and takes parameters."
        ),
    ] = False,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Write the pipeline as Kubeflow Pipelines runs it; what it does not run is an error."""
    refuse_existing("--output", output, force)
    settings = load_config(config, changes or ())
    compile_for_cluster(settings, output, without_data=without_data)
    name_paths_of_this_machine(settings)
    console.print(f"{output} written", highlight=False, markup=False)


def compile_for_cluster(config: Config, output: Path, *, without_data: bool = False) -> None:
    """Write the compiled pipeline, which loads TensorFlow."""
    load_tensorflow()
    with no_garbage():
        from pipeline.kubeflow.compiler import compile_to_file

    compile_to_file(config, output, without_data=without_data)


def name_paths_of_this_machine(config: Config) -> None:
    """Print the paths of a configuration that a cluster will not find; TensorFlow has to be loaded."""
    from pipeline.kubeflow.compiler import paths_of_this_machine

    for key, path in paths_of_this_machine(config).items():
        console.print(
            f"  {key}: {escaped(path)} is a path of this machine, which steps in a cluster do not see; use an address "
            "(gs://, s3://) or a path below one of kubeflow.volumes",
            highlight=False,
        )
