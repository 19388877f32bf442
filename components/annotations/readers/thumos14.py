"""THUMOS14's temporal annotations, and MultiTHUMOS': a text file a class, of lines `<video> <start> <end>`.

    BaseballPitch_val.txt:   video_validation_0000266  72.8 76.4

The class is the file's name. The split is said by its end (`_val`, `_test`) or, in MultiTHUMOS, whose files have no such end,
by the name of the video. Times are seconds. The spans in `Ambiguous_val.txt` are neither an action nor none: they are left out.

Source: the data set's own files, https://www.crcv.ucf.edu/THUMOS14; Yeung et al., Every Moment Counts, 2015 (MultiTHUMOS).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from components.annotations.readers.exports import exports_of, name_of_export
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample, decode_head, read_head
from components.annotations.readers.rows import text_lines
from components.annotations.readers.values import BadValueError, parse_range, parse_split
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source

_FILES = "*.txt"
# Files that lie beside those of the classes.
_OTHERS = re.compile(r"(class_?list|detclasslist|readme|classes|labels?)\b.*", re.IGNORECASE)
_NAME = re.compile(r"(?P<label>.+?)(?:_(?P<split>train|val|validation|test))?\.txt", re.IGNORECASE)
_LINE = re.compile(r"(?P<video>\S.*?)\s+(?P<start>[-+.\w]+)\s+(?P<end>[-+.\w]+)")
_TIMED = re.compile(r"\S+\s+\d+(\.\d+)?\s+\d+(\.\d+)?")
_VIDEO = re.compile(r"(?:video|thumos\d*_video)_(?P<split>train|validation|test)_\d+(?:\.\w+)?", re.IGNORECASE)
_AMBIGUOUS = "ambiguous"
_NUM_LINES = 10


def read_thumos14(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read the list of one class, or all lists of a folder."""
    for file in _lists(path):
        match = _NAME.fullmatch(file.name)
        label, suffix = match.group("label", "split") if match else (file.stem, None)
        for text, source in text_lines(file):
            yield _to_record(text, label, suffix, Source(name_of_export(file, path), source.row))


def _to_record(text: str, label: str, suffix: str | None, source: Source) -> Record:
    video = ""
    try:
        match = _LINE.fullmatch(text)
        if not match:
            message = "expected a video, a start and an end, as in 'video_validation_0000266 72.8 76.4'"
            raise BadValueError(Reason.ROW_MALFORMED, message, text)
        video, start_seconds, end_seconds = match.group("video", "start", "end")
        start, end = parse_range(start_seconds, end_seconds)
        if label.lower() == _AMBIGUOUS:
            raise BadValueError(Reason.ROW_EXCLUDED, "the data set calls this span ambiguous", text)
        named = _VIDEO.fullmatch(video)
        split = parse_split(suffix or (named["split"] if named else None), "the file's name")
        return Segment(video, label, source, start, end, split=split, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


def _lists(path: Path) -> list[Path]:
    return [file for file in exports_of(path, _FILES) if file == path or not _OTHERS.fullmatch(file.name)]


def _looks_like_thumos14(sample: Sample) -> bool:
    """Tell whether the first lines end in two times, and names of files or of videos are the data set's."""
    if not sample.path.is_dir():
        return _is_list(sample)
    found = False
    for file in _lists(sample.path):
        each = Sample(file, decode_head(read_head(file)))
        # A class without a single span has an empty file.
        if each.first_line and not _is_list(each):
            return False
        found = found or bool(each.first_line)
    return found


def _is_list(sample: Sample) -> bool:
    match = _NAME.fullmatch(sample.path.name)
    lines = sample.first_lines(_NUM_LINES)
    is_named = bool(match and match["split"]) or bool(_VIDEO.match(sample.first_line))
    # Whole numbers alone are those of other lists: frames and classes.
    return is_named and all(map(_TIMED.fullmatch, lines)) and any("." in line.split()[-1] for line in lines)


THUMOS14 = Reader(read_thumos14, _looks_like_thumos14, lambda path, options: _lists(path), reads_folders=True)
