"""clipgate convert"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from pydantic import ValidationError

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.records.record import Record, Reject, Segment
from components.annotations.writers.catalogue import WRITERS, choose_format
from components.annotations.writers.table import metadata_names
from components.annotations.writers.writer import Part
from components.storage.opening import open_root
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.commands.annotation_files import (
    content_of,
    refuse_output,
    say_what_is_not_written,
    write_annotations,
)
from pipeline.commands.terminal import (
    ForceOption,
    SetOption,
    console,
    errors,
    escaped,
    print_assumptions,
    require_config,
)
from pipeline.config import load_config

LabelFieldOption = Annotated[str | None, typer.Option("--label-field", help="As data.label_field.")]
DelimiterOption = Annotated[str | None, typer.Option("--delimiter", help="As data.delimiter.")]
GroupPatternOption = Annotated[str | None, typer.Option("--group-pattern", help="As data.group_pattern.")]

ToOption = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="FORMAT", help=f"What is written: {', '.join(WRITERS)}. Default: what the ending says."
    ),
]
# Where nobody says which model it was.
_MODEL = "clipgate"


def convert(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="The file to write; of formats with a file for each video, also a folder."),
    ],
    annotations: Annotated[str | None, typer.Option("--annotations", "-a", help="A file, folder or address.")] = None,
    videos: Annotated[str | None, typer.Option("--videos", help="The folder or address of the videos.")] = None,
    annotation_format: Annotated[str, typer.Option("--format", help="As data.format.")] = "auto",
    frame_rate: Annotated[float | None, typer.Option("--frame-rate", help="As data.frame_rate.")] = None,
    label_map: Annotated[str | None, typer.Option("--label-map", help="As data.label_map.")] = None,
    label_field: LabelFieldOption = None,
    delimiter: DelimiterOption = None,
    group_pattern: GroupPatternOption = None,
    to: ToOption = None,
    as_predictions: Annotated[
        bool, typer.Option("--as-predictions", help="label_studio: as a model's, which annotators begin with.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="A configuration, whose `data` is read instead.")
    ] = None,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Write annotations of any format as a table, or as what an annotation tool reads; what cannot be written is listed."""
    name = choose_format(output, to)
    if as_predictions and name != "label_studio":
        raise UserError(f"--as-predictions: only label_studio tells them from annotations; {name} does not")
    refuse_output("--output", output, name, force)
    require_config(config, changes)
    given = {
        "format": annotation_format,
        "frame_rate": frame_rate,
        "label_map": label_map,
        "label_field": label_field,
        "delimiter": delimiter,
        "group_pattern": group_pattern,
    }
    source = source_of(config, changes or (), annotations, videos, given)
    records, assumptions = load_annotations(source.data, source.beam_args)
    records = converted(records, source.data, source.beam_args, source.videos_key)
    segments = [record for record in records if isinstance(record, Segment)]
    model = _MODEL if as_predictions else ""
    content, left_out = content_of(segments, name, source.data.videos, source.beam_args, source.videos_key, model)
    rejects = [*(record for record in records if isinstance(record, Reject)), *left_out]
    name_rejects(rejects)
    print_assumptions(assumptions)
    if not content.segments:
        raise UserError(f"{output} was not written: {account(0, rejects)}; each is listed above with its reason")
    write_annotations("--output", output, name, content)
    place = f" to {escaped(str(output))}"
    console.print(account(len(content.segments), rejects, place), highlight=False, markup=False)
    say_what_is_not_written(name, content)
    names = metadata_names(segments) if Part.NUMBERS in WRITERS[name].keeps else ()
    if names:
        console.print(
            f"to read its numbers too, write under data: metadata: [{', '.join(names)}]", highlight=False, markup=False
        )


class AnnotationSource(NamedTuple):
    """The annotations that are meant.

    Attributes:
      videos_key: what people call the folder of the videos.
      background_label: the label that checks and runs give to rows which state a negative; empty if they leave them out.
    """

    data: DataConfig
    beam_args: Sequence[str]
    videos_key: str
    background_label: str


def source_of(
    config: Path | None,
    changes: Sequence[str],
    annotations: str | None,
    videos: str | None,
    given: Mapping[str, Any],
) -> AnnotationSource:
    """The annotations that a configuration or options name.

    Raises:
      UserError: both are given, or neither, or one of them is wrong.
    """
    if config:
        if annotations or videos:
            raise UserError("--config says which annotations and videos; leave out --annotations and --videos")
        refuse_beside_config(given)
        settings = load_config(config, changes)
        label = settings.negatives.label if settings.negatives else ""
        return AnnotationSource(settings.data, settings.beam.args, "data.videos", label)
    if not annotations or not videos:
        raise UserError("--annotations and --videos are needed, or --config")
    return AnnotationSource(data_of_options(annotations, videos, given), (), "--videos", NegativesConfig().label)


def refuse_beside_config(given: Mapping[str, Any]) -> None:
    """Raise UserError for an option that a configuration has as a key of its own."""
    for key in ("group_pattern", "label_field", "delimiter", "label_map", "frame_rate"):
        if given.get(key) is not None:
            option = key.replace("_", "-")
            raise UserError(f"--{option}: a configuration has its own; write it there, as data.{key}")


def data_of_options(annotations: str, videos: str, given: Mapping[str, Any]) -> DataConfig:
    """The section `data` that options of the command line stand for.

    Raises:
      UserError: an option has an impossible value, or there are no such annotations.
    """
    try:
        data = DataConfig.model_validate({"annotations": annotations, "videos": videos, **given})
    except ValidationError as error:
        problem = error.errors()[0]
        option = str(problem["loc"][0]).replace("_", "-")
        raise UserError(
            f"--{option}: {problem['msg'].removeprefix('Value error, ')}; found {problem['input']!r}"
        ) from error
    if not is_remote(annotations) and not Path(annotations).exists():
        raise UserError(f"--annotations: {annotations} does not exist")
    return data


def converted(
    records: Collection[Record], data: DataConfig, beam_args: Sequence[str], videos_key: str = "--videos"
) -> list[Record]:
    """Records with times in seconds, boxes as shares of the frame, and videos by path; what that took is printed."""
    # OpenCV is loaded by what looks into videos.
    from components.video.decoder import Decoder
    from components.video_example_gen.conversion import Converter

    with Decoder() as decoder:
        root = open_root(data.videos, videos_key, beam_args)
        converter = Converter(root, decoder)
        records = converter.convert(records)
    print_assumptions(converter.assumptions())
    return records


def name_rejects(rejects: Sequence[Reject]) -> None:
    """Print the rows that are left out, with their reasons."""
    for reject in rejects:
        errors.print(escaped(f"{reject.source}: {reject.reason.value}: {reject.message}"), highlight=False)


def account(num_written: int, rejects: Sequence[Reject], place: str = "") -> str:
    """How many rows were read, written to `place`, and left out, by reason."""
    counts = Counter(reject.reason.value for reject in rejects)
    listed = f" ({', '.join(f'{code} {count}' for code, count in sorted(counts.items()))})" if counts else ""
    num_read = num_written + len(rejects)
    return f"{num_read} rows read, {num_written} written{place}, {len(rejects)} left out{listed}"
