"""Runs `clipgate predict --examples`: writes a table of predictions, and says how many Examples have none."""

from pathlib import Path

from foundation.messages.errors import UserError
from pipeline.beam.config import BeamConfig
from pipeline.commands.terminal import console, errors, escaped, refuse_existing
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model
from pipeline.prediction.thresholds import Thresholds


def predict_stored(
    pattern: str, model: Path, output: Path | None, thresholds: Thresholds, force: bool, settings: BeamConfig
) -> int:
    """Write the table; return how many Examples could not be read. `settings`: of Beam, which may run elsewhere."""
    if output is None:
        raise UserError("--output is needed with --examples: a .csv or .jsonl file to write")
    refuse_existing("--output", output, force)
    find_model(model)
    if not output.absolute().parent.is_dir():
        raise UserError(f"--output: {output} cannot be written: its folder does not exist")
    load_tensorflow()
    from pipeline.prediction.examples import predict_examples  # loads Beam, which takes seconds

    num_broken = predict_examples(pattern, model, output, thresholds, settings)
    console.print(f"predictions: {escaped(str(output))}", highlight=False)
    if num_broken:
        errors.print(f"{num_broken} Examples could not be read; their rows say why", highlight=False)
    return num_broken
