"""clipgate export"""

import importlib.util
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn

from components.pusher.destination import is_number
from components.pusher.whole import require_whole_folder
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.bars import Bars
from pipeline.commands.terminal import (
    NOT_PUSHED,
    ForceOption,
    JsonOption,
    SetOption,
    console,
    errors,
    escaped,
    refuse_existing,
    require_config,
)
from pipeline.config import load_config
from pipeline.devices.card import DeviceCard, card_of, objection
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model

_ONNX_PACKAGES = ("tf2onnx", "onnx", "onnxruntime")


def export(
    model: Annotated[
        str | None,
        typer.Argument(
            help="A pushed version, or the folder of all versions; with --config its number. Default: the newest.",
            metavar="[VERSION]",
        ),
    ] = None,
    tflite: Annotated[bool, typer.Option("--tflite", help="A file of TensorFlow Lite.")] = False,
    onnx: Annotated[bool, typer.Option("--onnx", help="A file of ONNX.")] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="A causal network's step: one frame, and the state between frames.")
    ] = False,
    int8: Annotated[bool, typer.Option("--int8", help="Quantised, with --tflite; a quarter of the size.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The configuration of the run: its models and its Examples.")
    ] = None,
    examples: Annotated[
        Path | None, typer.Option(help="A folder of Examples (Split-train, Split-test), instead of the run's.")
    ] = None,
    max_accuracy_drop: Annotated[
        float, typer.Option(min=0, max=1, help="How much accuracy on the test clips int8 may cost.")
    ] = 0.02,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write. Default: named after the model, here.")
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Write a pushed model as a file for small devices; exit code 3: it is not as good as the model, and was not written."""
    require_config(config, changes)
    if tflite == onnx:
        raise UserError("one of --tflite and --onnx is needed, and only one: which file is to be written?")
    if onnx and int8:
        raise UserError("--int8 goes with --tflite; files of ONNX are float32")
    if onnx and any(importlib.util.find_spec(package) is None for package in _ONNX_PACKAGES):
        raise UserError(f"--onnx needs {', '.join(_ONNX_PACKAGES)}: pip install clipgate[onnx] (make setup has them)")
    version = _find(model, config, changes or ())
    suffix = ".tflite" if tflite else ".onnx"
    name = "-".join([version.resolve().parent.name, version.name, *["stream"] * stream, *["int8"] * int8])
    output = _checked_output(output or Path(f"{name}{suffix}"), suffix, force)
    load_tensorflow()
    from pipeline.devices.export import DeviceExport, export_for_devices

    wanted = DeviceExport(
        version, "tflite" if tflite else "onnx", stream, int8, examples or _of_last_run(config, changes or ())
    )
    try:
        with tempfile.TemporaryDirectory(prefix=".partial_", dir=output.absolute().parent) as folder:
            partial = Path(folder, output.name)
            with _progress() as show:
                card = export_for_devices(wanted, partial, show)
            refused = objection(card, max_accuracy_drop)
            if not refused:
                card_of(partial).write_text(card.to_json(), encoding="utf-8")
                for file in (card_of(partial), partial):
                    file.replace(output.parent / file.name)
    except OSError as error:
        raise UserError(f"--output: {output} cannot be written: {error.strerror}") from error
    if as_json:
        print(card.to_json(), end="")
    else:
        _show(card, output)
    if refused:
        errors.print(escaped(f"{output} was not written: {refused}"), highlight=False)
        raise typer.Exit(NOT_PUSHED)


def _find(model: str | None, config: Path | None, changes: Sequence[str]) -> Path:
    """The folder of the version that is meant; raises UserError if there is none, or it was damaged."""
    if config is not None:
        base = load_config(config, changes).push_destination
        if model is not None and not is_number(model):
            raise UserError(f"VERSION: {model} is no number; name a folder without --config, and --examples if needed")
        place = f"{base}/{model}" if model else base
    elif model is None:
        raise UserError("name the folder of a version or of all versions, or the configuration with --config")
    else:
        place = model
    if is_remote(place):
        raise UserError(f"{place} is not on this machine; copy the version here, and name its folder")
    version, _ = find_model(Path(place))
    require_whole_folder(version.absolute(), "export another version, or push the model again")
    return version


def _of_last_run(config: Path | None, changes: Sequence[str]) -> Path | None:
    """The Examples of the configuration's last run; None if there was none on this machine."""
    if config is None:
        return None
    from pipeline.lineage import uri_of_last_run

    uri = uri_of_last_run(load_config(config, changes), "VideoExampleGen.examples")
    return Path(uri) if uri and Path(uri).is_dir() else None


def _checked_output(output: Path, suffix: str, force: bool) -> Path:
    if output.suffix != suffix:
        raise UserError(f"--output: {output} has to end in {suffix}")
    if not output.absolute().parent.is_dir():
        raise UserError(f"--output: {output} cannot be written: its folder does not exist")
    for path in (output, card_of(output)):
        refuse_existing("--output", path, force)
    return output


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    with Bars(TextColumn("{task.description}", markup=False), BarColumn(), console=errors) as bar:
        task = bar.add_task("reading", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total if total > 1 else None)

        yield show


def _show(card: DeviceCard, output: Path) -> None:
    measured = card.measured
    lines = [
        f"{output}: {card.network}, {card.precision}, {card.bytes / 1e6:.2f} MB; card: {card_of(output).name}",
        f"on {measured.num_clips} clips ({measured.clips}): largest difference from the SavedModel "
        f"{measured.largest_difference:.1e}, same label{'s' if card.thresholds else ''} in {measured.same_labels:.1%}",
    ]
    if measured.accuracy is not None:
        lines.append(f"accuracy {measured.accuracy:.3f}, the SavedModel's {measured.saved_model_accuracy:.3f}")
    lines.append(
        f"{measured.clips_per_second:.1f} clips/s here, with one thread; the SavedModel, with all, "
        f"{measured.saved_model_clips_per_second:.1f}"
    )
    for line in lines:
        console.print(escaped(line), highlight=False)
