"""The CSV of Vertex AI and AutoML Video: rows of three kinds, told by their number of columns.

    [ML_USE,]gs://bucket/a.mp4,LABEL,START,END                              classification
    [ML_USE,]gs://bucket/a.mp4,SEGMENT_START,SEGMENT_END,LABEL,TIME[,END]   action recognition
    [ML_USE,]gs://bucket/a.mp4,LABEL,INSTANCE,TIME,x_min,y_min,…            object tracking: 4 corners, or 2 opposite ones
    ML_USE,gs://bucket/rows.csv                                             AutoML: rows of that split are in this file

Times are seconds; `inf` is the end of the video. In action recognition, SEGMENT_START and SEGMENT_END bound the annotated
part, and the last columns the action; a single TIME is a key frame. The rows of one tracked object give one segment. A
file that a row names lies beside the first one.

A row without a label and without times says that nothing is known about the video. With times, it says that none of the
actions is there. In this format, a labelled part is a negative example of all other labels.

Source: google.cloud.automl_v1.types.InputConfig and its v1beta1 predecessor (AutoML Video Intelligence: classification,
object tracking). The columns of action recognition are those of public exports (VIDEO_URI, TIME_SEGMENT_START,
TIME_SEGMENT_END, LABEL, ANNOTATION_FRAME_TIMESTAMP).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample, own_file
from components.annotations.readers.rows import records_of_csv
from components.annotations.readers.uris import name_of_uri
from components.annotations.readers.values import BadValueError
from components.annotations.readers.vertex import (
    ML_USES,
    Tracks,
    parse_box,
    parse_interval,
    parse_seconds,
    split_of_ml_use,
)
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source

_HEADERS = ("ml_use", "video_uri", "gcs_file_path")


def read_vertex_csv(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    tracks = Tracks()
    yield from records_of_csv(path, partial(_to_records, folder=path.parent, default_use="", tracks=tracks))
    yield from tracks.segments()


def _to_records(
    values: list[str], source: Source, folder: Path | None, default_use: str, tracks: Tracks
) -> Iterator[Record | Assumption]:
    """Make the records of a row; `folder`: of a file that it names, None if the row is in such a file itself."""
    use, uri, columns = _parse(values, default_use)
    if source.row == 1 and uri.lower() in _HEADERS:
        return
    try:
        if uri.lower().endswith(".csv"):
            file = _file_beside(folder, uri)
            yield from records_of_csv(file, partial(_to_records, folder=None, default_use=use, tracks=tracks))
            return
        video, split = name_of_uri(uri), split_of_ml_use(use)
        if len(columns) > 5:
            _add_box(columns, video, split, source, tracks)
            return
        label, (start, end) = _action(columns)
        yield Segment(video, label, source, start, end, split=split, is_negative=not label, find_by=FindBy.NAME)
    except BadValueError as error:
        yield error.as_reject(source, uri)


def _parse(values: list[str], default_use: str) -> tuple[str, str, list[str]]:
    """Divide a row into ML_USE, URI and the other columns."""
    use, values = default_use, [value.strip() for value in values]
    if values[0].lower() in ML_USES:
        use, *values = values
    return use, values[0] if values else "", values[1:]


def _file_beside(folder: Path | None, uri: str) -> Path:
    if folder is None:
        raise BadValueError(Reason.ROW_MALFORMED, "a file that is named by another one names a third", uri)
    file = folder / name_of_uri(uri)
    if not file.is_file():
        raise BadValueError(Reason.ROW_MALFORMED, f"put {file.name}, which the row names, beside this file", uri)
    return file


def _action(columns: list[str]) -> tuple[str, tuple[float, float | None]]:
    """Label and (start, end) of a row of classification or action recognition."""
    if not any(columns):
        raise BadValueError(Reason.LABEL_MISSING, "no label and no time: nothing is known of this video", "")
    if not _is_action_recognition(columns):
        label, start, end, *rest = [*columns, "", "", ""][: max(3, len(columns))]
        if any(rest):
            raise BadValueError(Reason.ROW_MALFORMED, "expected URI, LABEL, START, END", ",".join(columns))
        return label, parse_interval(start, end)
    start, end, label, *times = columns
    times = [time for time in times if time]
    if times and not label:
        raise BadValueError(Reason.LABEL_MISSING, "no label", ",".join(columns))
    if not times:
        return label, parse_interval(start, end)
    within = (parse_seconds(start, "the start") or 0.0, parse_seconds(end, "the end"))
    return label, parse_interval(times[0], times[-1], within)


def _is_action_recognition(columns: list[str]) -> bool:
    """Tell whether two times, or two blank columns, stand before the label."""
    if len(columns) < 3 or bool(columns[0]) != bool(columns[1]):
        return False
    if not columns[0]:
        return any(columns[2:])
    return _is_time(columns[0]) and _is_time(columns[1]) and not (len(columns) == 3 and _is_time(columns[2]))


def _is_time(text: str) -> bool:
    try:
        parse_seconds(text, "")
    except BadValueError:
        return False
    return bool(text)


def _add_box(columns: list[str], video: str, split: str | None, source: Source, tracks: Tracks) -> None:
    """Add the box of a row of object tracking; the column of the instance may be missing."""
    if not any(columns):
        raise BadValueError(Reason.LABEL_MISSING, "no label and no box: nothing is known of this video", "")
    if len(columns) not in (10, 11):
        message = f"{len(columns) + 1} columns, where object tracking has 12"
        raise BadValueError(Reason.ROW_MALFORMED, message, ",".join(columns))
    label, *instance, time = columns[:-8]
    if not label:
        raise BadValueError(Reason.LABEL_MISSING, "no label", ",".join(columns))
    tracks.add(video, label, split, "".join(instance), parse_box(time, columns[-8::2], columns[-7::2]), source)


def _looks_like_vertex_csv(sample: Sample) -> bool:
    for line in sample.first_lines(2):
        use, uri, _ = _parse(line.replace('"', "").split(","), "")
        if uri.lower().startswith("gs://"):
            return True
        if uri.lower() not in _HEADERS:
            return False
    return False


def _with_named_files(path: Path, options: ReaderOptions) -> list[Path]:
    named: list[Path] = []

    def collect(values: list[str], source: Source) -> Iterable[Record]:
        _, uri, _ = _parse(values, "")
        if uri.lower().endswith(".csv"):
            # A file that is missing becomes a reject when the row is read for its records.
            with suppress(BadValueError):
                named.append(_file_beside(path.parent, uri))
        return ()

    for _ in records_of_csv(path, collect):
        pass
    return [*own_file(path, options), *dict.fromkeys(named)]


VERTEX_CSV = Reader(read_vertex_csv, _looks_like_vertex_csv, _with_named_files, is_exhaustive=False)
