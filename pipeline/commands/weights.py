"""clipgate weights import and list: weights that others have trained, for trainings to begin with."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from foundation.messages.errors import UserError
from models.networks.catalogue import NETWORKS
from models.pretrained.at_hand import AtHand, at_hand
from models.pretrained.foreign import KINDS, find_foreign
from models.pretrained.imported import CARD_FILE, ImportedCard
from models.pretrained.published import Published
from pipeline.commands.terminal import ForceOption, JsonOption, console, escaped, folding_column, key_column
from pipeline.loading import load_tensorflow

DEFAULT_FOLDER = Path("weights")

weights = typer.Typer(no_args_is_help=True, help="Weights that others have trained, for trainings to begin with.")


@weights.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help=f"The weights: {KINDS}.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder in which they get a folder of their own.")
    ] = DEFAULT_FOLDER,
    classes: Annotated[
        Path | None, typer.Option("--classes", help="Their labels, a line each, in the order of the logits.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Bring weights of other libraries into a folder that a training can begin from; nothing in the file is run."""
    found = find_foreign(file)
    if found is None:
        raise UserError(f"FILE: {file} {'is none of these' if file.exists() else 'does not exist'}: {KINDS}")
    labels = _labels(classes) if classes else ()
    # Keras takes seconds to load; mistakes that need none are told before.
    load_tensorflow()
    from models.pretrained.importing import import_weights, inspect

    folder = output / inspect(found, labels).name
    _require_free(folder, force)
    try:
        card = import_weights(found, folder, labels)
    except OSError as error:
        raise UserError(f"--output: {folder} cannot be written: {error.strerror}") from error
    console.print(f"{escaped(str(folder))}: {escaped(str(card))}", highlight=False)
    console.print(escaped(_advice(card, folder)), highlight=False)


@weights.command("list")
def list_known(
    folder: Annotated[Path, typer.Argument(help="Where weights are imported to, or lie as files.")] = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List the weights that are known: where to get them, what their licence and size are, and which are here already."""
    found = at_hand(folder)
    if as_json:
        print(json.dumps([_as_json(one) for one in found]))
        return
    table = Table(
        key_column("weights"),
        key_column("preset"),
        folding_column("licence"),
        folding_column("MB", justify="right"),
        folding_column("here, or where to get them"),
        box=None,
        padding=(0, 2),
    )
    for one in found:
        table.add_row(*map(escaped, _row(one)))
    console.print(table)


def _require_free(folder: Path, force: bool) -> None:
    """Raise UserError if there is a folder that `force` does not give up, or that has no imported weights."""
    if folder.exists() and not (folder / CARD_FILE).is_file():
        raise UserError(f"--output: {folder} exists already, and has no imported weights; name another folder")
    if folder.exists() and not force:
        raise UserError(f"--output: {folder} exists already; name another folder, or overwrite it with --force")


def _labels(path: Path) -> tuple[str, ...]:
    try:
        labels = tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except OSError as error:
        raise UserError(f"--classes: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"--classes: {path} is no UTF-8: {error}; save it once more as text") from error
    if len(set(labels)) != len(labels):
        raise UserError(f"--classes: {path} names a label twice; each logit has one of its own")
    return labels


def _advice(card: ImportedCard, folder: Path) -> str:
    """What to write into a configuration, and what was seen of the file."""
    seen, rate = card.input, card.input.frames_per_second
    if card.is_published is None:
        known = "The digest of the published file is not known here; compare it where you have the file from."
    elif card.is_published:
        known = "It is the published file, as far as its digest is known."
    else:
        known = "It is not the published file: take sizes and colours from whoever trained it, if they are others."
    return "\n".join(
        (
            known,
            f"The weights were trained on {seen.num_frames} frames of {seen.height} x {seen.width}"
            + (f", {rate:g} a second:" if rate else ":"),
            "",
            "model:",
            f"  network: {card.network}",
            f"  preset: {card.preset}",
            *([] if seen.num_frames == 1 else [f"  num_frames: {seen.num_frames}"]),
            f"  height: {seen.height}",
            f"  width: {seen.width}",
            "training:",
            f"  warm_start: {{model: {folder.resolve()}}}",
        )
    )


def _row(one: AtHand) -> tuple[str, ...]:
    known = one.published
    if known is None:
        card = one.card
        name, preset = (card.name, card.preset) if card else ("damaged", "")
        return name, preset, card.licence if card else "", "", one.problem or str(one.place)
    return known.name, known.preset, known.licence, str(known.megabytes), _where(one, known)


def _where(one: AtHand, known: Published) -> str:
    if one.place is None:
        return known.place if known.place.endswith(known.file) else f"{known.file}: {known.place}"
    if one.card:
        return str(one.place)
    if NETWORKS[known.network].is_pretrained:
        return f"{one.place}; {known.network} begins with it as it is"
    return f"{one.place}, to be imported: clipgate weights import {one.place}"


def _as_json(one: AtHand) -> dict[str, Any]:
    return {
        "published": asdict(one.published) if one.published else None,
        "card": asdict(one.card) if one.card else None,
        "path": str(one.place) if one.place else None,
        "problem": one.problem,
    }
