"""ELAN's tab-delimited text: a row an annotation, with its tier, participant, times and value.

    action	ann	00:00:00.500	0.5	00:00:02.000	2.0	00:00:01.500	1.5	walk

Columns may be left out when exporting, and a header or lines about the media file may stand above them ("#file:///...", with
the time in the video at which the annotations' time 0 lies). With "separate column for each tier" the columns after the times
are the tiers. Commas divide the columns where the export is CSV. All tiers are read, or the one that `data.label_field` names;
the participant is the group.

The video is the one that such a line names, or the file of the row; else the only one there is, or the one that is called like
the export itself, which is said.

Source: https://www.mpi.nl/tools/elan/docs/manual (Exporting a document as a tab-delimited text file); ELAN's own
Transcription2TabDelimitedText.java and ExportTabDialog.java.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from components.annotations.readers.elan_tab_columns import Columns, columns_of_header, columns_of_values
from components.annotations.readers.exports import (
    exports_of,
    file_name,
    files_of_exports,
    head_of_exports,
    name_of_export,
)
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import records_of_csv, text_lines
from components.annotations.readers.values import BadValueError, parse_number
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source
from components.storage.paths import files_below

_MEDIA_LINE = re.compile(r'"?#(?P<location>.*?)(?: -- offset: (?P<offset>-?\d+).*)?"?')
_VIDEO = re.compile(r".+\.(3gp|avi|flv|m4v|mkv|mov|mp4|mpe?g|mts|ogv|ts|webm|wmv)", re.IGNORECASE)
_EXPORTED = re.compile(r".+\.(eaf|txt)", re.IGNORECASE)
# A line about a media file, which some versions put into quotation marks.
_MARKS = ("#", '"#')
_FILES = ("*.txt", "*.tsv", "*.csv")
_NUM_LINES = 50


@dataclass
class _Export:
    """How a file is to be read, and the tiers that it was seen to have."""

    file: str
    columns: Columns
    video: str
    offset_seconds: float
    tier: str | None
    has_header: bool
    tiers: set[str]
    needs_default_video: bool = False


def read_elan_tab(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file or a folder of files; a record's row is its line."""
    tiers: set[str] = set()
    for file in exports_of(path, *_FILES):
        yield from _read_export(file, name_of_export(file, path), options, tiers)
    options.check_label_field(tiers, f"{path} has no annotation in a tier")


def _read_export(path: Path, name: str, options: ReaderOptions, tiers: set[str]) -> Iterator[Record | Assumption]:
    lines = [text for text, _ in zip((text for text, _ in text_lines(path)), range(_NUM_LINES), strict=False)]
    delimiter, header, columns = _layout(lines, is_certain=True)
    if columns is None:
        message = "no columns of ELAN's times: export begin, end and duration, as hh:mm:ss.ms or ss.msec"
        yield BadValueError(Reason.FILE_MALFORMED, message, "").as_reject(Source(name, 1))
        return
    video, offset_seconds = _media(lines)
    if offset_seconds:
        yield Assumption(
            f"{name} says that its time 0 lies at {offset_seconds:g} s of {video}, and that was added to its times",
            "If ELAN has added it already, export without the offset",
        )
    export = _Export(
        name, columns, video or _default_video(path, options), offset_seconds, options.label_field, header, tiers
    )

    if delimiter == "\t":
        # ELAN quotes nothing there: a quotation mark is part of an annotation.
        for text, source in text_lines(path):
            yield from _to_records(text.split("\t"), source, export)
    else:
        yield from records_of_csv(path, lambda fields, source: _to_records(fields, source, export))
    if not video and export.needs_default_video:
        yield Assumption(
            f"{name} names no video, so its annotations are taken to be of {export.video}",
            "If they are of another one, export with the header lines of the media, or call the file like its video",
        )


def _to_records(fields: list[str], source: Source, export: _Export) -> Iterator[Record]:
    if fields[0].startswith(_MARKS) or export.has_header and columns_of_header(fields):
        return
    source = Source(export.file, source.row)
    columns, named = export.columns, [field.strip() for field in fields]
    before, after = named[: columns.first], named[columns.after :]
    group = before[1] or None if len(before) > 1 else None
    video = next((_video_of(value) for value in after[1:] if _is_file(value)), "")
    export.needs_default_video |= not video
    if columns.tiers:
        values = [
            (tier, value) for tier, value in zip(columns.tiers, after, strict=False) if value and not _is_file(value)
        ]
    else:
        values = [(before[0] if before else "", after[0] if after else "")]
    export.tiers.update(tier for tier, _ in values)
    for tier, label in values:
        if export.tier in (None, tier):
            yield _to_record(named, label, video or export.video, group, source, export)


def _to_record(fields: list[str], label: str, video: str, group: str | None, source: Source, export: _Export) -> Record:
    try:
        begin, end = (seconds + export.offset_seconds for seconds in export.columns.seconds(fields))
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "the annotation is empty", "")
        if begin < 0:
            raise BadValueError(Reason.TIME_INVALID, "the time is before the start of the video", f"{begin:g}")
        if end <= begin:
            raise BadValueError(Reason.END_BEFORE_START, f"ends at {end:g}, begins at {begin:g}", f"{begin}, {end}")
    except BadValueError as error:
        return error.as_reject(source, video, label)
    return Segment(video, label, source, begin, end, group=group, find_by=FindBy.NAME)


def _default_video(path: Path, options: ReaderOptions) -> str:
    """The only video there is, else the one that is called like the export."""
    videos = [file.name for file in files_below(Path(options.videos)) if _VIDEO.fullmatch(file.name)]
    return videos[0] if len(videos) == 1 else path.stem


def _layout(lines: Sequence[str], is_certain: bool) -> tuple[str, bool, Columns | None]:
    """The delimiter, whether there is a header, and the columns."""
    table = [line for line in lines if not line.startswith(_MARKS)]
    for delimiter in "\t,":
        rows = [line.split("\t") for line in table]
        if delimiter == ",":
            with suppress(csv.Error):
                rows = list(csv.reader(table))
        for row in rows[:3]:
            columns = columns_of_header(row)
            if columns:
                return delimiter, True, columns
        with suppress(BadValueError):
            columns = columns_of_values([row for row in rows if row and not _is_file(row[0].strip())], is_certain)
            if columns:
                return delimiter, False, columns
    return "\t", False, None


def _media(lines: Sequence[str]) -> tuple[str, float]:
    """The first video that the lines above the table name, and the seconds to add to all times."""
    for line in lines:
        match = _MEDIA_LINE.fullmatch(line)
        if match and _VIDEO.fullmatch(file_name(match["location"])):
            milliseconds = parse_number(match["offset"] or 0, "offset", Reason.TIME_INVALID)
            return file_name(match["location"]), milliseconds / 1000
    return "", 0.0


def _is_file(value: str) -> bool:
    return bool(_VIDEO.fullmatch(value) or _EXPORTED.fullmatch(value))


def _video_of(value: str) -> str:
    """The name of a media file, or that of an .eaf without its suffix: videos are found by either."""
    name = file_name(value)
    return name if _VIDEO.fullmatch(name) else PurePath(name).stem


def _looks_like_elan_tab(sample: Sample) -> bool:
    sample = Sample(sample.path, head_of_exports(sample, *_FILES))
    return _layout(sample.first_lines(_NUM_LINES), is_certain=False)[2] is not None


ELAN_TAB = Reader(
    read_elan_tab,
    _looks_like_elan_tab,
    partial(files_of_exports, patterns=_FILES),
    looks_at_names=True,
    reads_folders=True,
)
