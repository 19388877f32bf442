"""MOTChallenge ground truth: `gt.txt`, one box a line: frame, track, left, top, width, height, flag, class, visibility.

Frames and pixels are counted from 1. A track is one segment; if a frame has lines but none of the track, the object is gone
there. Boxes with the flag 0 do not count: they are marked as imputed, and a track of such boxes alone is left out. The label
is the name of the class in `data.label_map`, else in `labels.txt` beside the file (a name a line, counted from 1, as other
tools export it), else MOTChallenge's own. Lines of ten numbers are those of MOT15, with a place in the world and no class:
all are pedestrians. The video has the name of the sequence in `seqinfo.ini`, else of its folder.

`det.txt`, in which no line belongs to a track, is the input of trackers and no annotation.

Source: docs/MOTChallenge-Official and trackeval/datasets/mot_challenge_2d_box.py of
https://github.com/JonathonLuiten/TrackEval; Dendorfer et al., https://arxiv.org/abs/1906.04567.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.clock import frames_are_those_of_the_video
from components.annotations.readers.exports import exports_of, files_of_exports, head_of_exports, name_of_export
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import records_of_csv
from components.annotations.readers.tracks import Shape, build_track, check_edges, end_in_gaps, in_order
from components.annotations.readers.values import BadValueError, parse_frame, parse_number
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Source

_FILES = ("gt.txt",)
_NUMBER = r"\s*-?\d+(?:\.\d*)?(?:e[+-]?\d+)?\s*"
_LINE = re.compile(rf"\s*\d+(?:\.0*)?\s*(?:,{_NUMBER}){{6,9}}")
_SEQUENCE_NAME = re.compile(r"^\s*name\s*=\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_PEDESTRIAN = "pedestrian"
_CLASSES = {
    1: _PEDESTRIAN,
    2: "person_on_vehicle",
    3: "car",
    4: "bicycle",
    5: "motorbike",
    6: "non_motorized_vehicle",
    7: "static_person",
    8: "distractor",
    9: "occluder",
    10: "occluder_on_ground",
    11: "occluder_full",
    12: "reflection",
    13: "crowd",
}


@dataclass
class _Track:
    """The boxes of one object so far; `source`: the line of the first one."""

    label: str
    source: Source
    shapes: list[Shape] = field(default_factory=list)


@dataclass
class _Sequence:
    """The content of the lines so far: tracks by id and class, frames that have a line, and lines without a track."""

    names: "_Names"
    tracks: dict[tuple[float, str], _Track] = field(default_factory=dict)
    frames: set[int] = field(default_factory=set)
    detections: list[Source] = field(default_factory=list)

    def add(self, values: list[str], source: Source) -> None:
        if not 6 <= len(values) <= 10:
            raise BadValueError(Reason.ROW_MALFORMED, f"{len(values)} numbers; 6 to 10 are expected", ",".join(values))
        frame = parse_frame(values[0], "the frame") - 1
        if frame < 0:
            raise BadValueError(Reason.TIME_INVALID, "frames are counted from 1", values[0])
        track = parse_number(values[1], "the track", Reason.ROW_MALFORMED)
        left, top, width, height = (parse_number(value, "an edge", Reason.BOX_INVALID) for value in values[2:6])
        edges = check_edges((left - 1, top - 1, left - 1 + width, top - 1 + height), ",".join(values[2:6]))
        is_considered = len(values) < 7 or parse_number(values[6], "the flag", Reason.ROW_MALFORMED) != 0
        label = self.names.label(values[7].strip() if len(values) in (8, 9) else "")
        self.frames.add(frame)
        if track < 0:
            self.detections.append(source)
            return
        shape = Shape(frame, edges, is_imputed=not is_considered)
        self.tracks.setdefault((track, label), _Track(label, source)).shapes.append(shape)


class _Names(NamedTuple):
    """The names of the classes: those of data.label_map or, without it, `by_number`."""

    mapped: ClassNames | None
    by_number: Mapping[int, str]

    @property
    def are_assumed(self) -> bool:
        """Whether nobody names the classes."""
        return not self.mapped and self.by_number is _CLASSES

    def label(self, number: str) -> str:
        """The name of a class; for a line without a class, that of the only class."""
        if number and number != "-1":
            return self._named(number)
        if self.are_assumed:
            return _PEDESTRIAN
        names = set((self.mapped.by_id if self.mapped else self.by_number).values())
        if len(names) > 1:
            raise BadValueError(Reason.LABEL_MISSING, "the line has no class, and there are several", number)
        return names.pop()

    def _named(self, text: str) -> str:
        number = parse_number(text, "the class", Reason.LABEL_UNKNOWN)
        if self.mapped:
            return self.mapped.name(f"{number:.0f}" if number.is_integer() else text)
        name = self.by_number.get(int(number)) if number.is_integer() else None
        if name is None:
            raise BadValueError(Reason.LABEL_UNKNOWN, "there is no class of this number; set data.label_map", text)
        return name


def read_mot(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a sequence's gt.txt, or a folder of sequences; a record's row is the first line of its track."""
    mapped = load_class_names(options)
    if options.frame_rate is None:
        yield frames_are_those_of_the_video(path.name)
    for file in exports_of(path, *_FILES):
        yield from _read_sequence(file, name_of_export(file, path), mapped)


def _read_sequence(file: Path, name: str, mapped: ClassNames | None) -> Iterator[Record | Assumption]:
    sequence = _Sequence(_Names(mapped, _names_beside(file)))
    if sequence.names.are_assumed:
        yield Assumption(
            f"no labels.txt lies beside {name}, so its classes are MOTChallenge's, and lines without one are pedestrians",
            "If they are others, name them with data.label_map",
        )

    def gather(values: list[str], source: Source) -> Iterator[Record]:
        try:
            sequence.add(values, Source(name, source.row))
        except BadValueError as error:
            yield error.as_reject(Source(name, source.row))

    yield from records_of_csv(file, gather)
    if sequence.detections and not sequence.tracks:
        message = "no line belongs to a track (all have the id -1): these are detections, no annotation"
        yield BadValueError(Reason.FILE_MALFORMED, message, "-1").as_reject(sequence.detections[0])
        return
    no_track = "the box belongs to no track: it is a detection, no annotation"
    yield from (BadValueError(Reason.ROW_MALFORMED, no_track, "-1").as_reject(each) for each in sequence.detections)
    video, frames = _name_of_sequence(file), sorted(sequence.frames)
    for track in sequence.tracks.values():
        yield _to_record(track, video, frames)


def _to_record(track: _Track, video: str, frames: list[int]) -> Record:
    try:
        if all(shape.is_imputed for shape in track.shapes):
            raise BadValueError(Reason.ROW_EXCLUDED, "all boxes of the track are marked as not to be considered", "0")
        built = build_track(list(end_in_gaps(in_order(track.shapes), frames)))
        return built.as_segment(video, track.label, track.source)
    except BadValueError as error:
        return error.as_reject(track.source, video, track.label)


def _name_of_sequence(file: Path) -> str:
    for info in _companions(file, "seqinfo.ini"):
        name = _SEQUENCE_NAME.search(info.read_text(encoding="utf-8-sig", errors="replace"))
        if name:
            return name[1]
    folder = file.resolve().parent
    return folder.parent.name if folder.name == "gt" else folder.name


def _names_beside(file: Path) -> Mapping[int, str]:
    for labels in _companions(file, "labels.txt"):
        lines = labels.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        return {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()} or _CLASSES
    return _CLASSES


def _companions(file: Path, name: str) -> list[Path]:
    """Files of this name beside gt.txt, or beside its folder."""
    folders = [file.parent, *([file.parent.parent] if file.parent.name == "gt" else [])]
    return [folder / name for folder in folders if (folder / name).is_file()]


def _looks_like_mot(sample: Sample) -> bool:
    head = head_of_exports(sample, *_FILES)
    first = next((line for line in head.splitlines() if line.strip()), "")
    if not _LINE.fullmatch(first):
        return False
    # Rows of AVA are numbers too if its videos have numbers for names; its boxes lie between 0 and 1.
    width, height = (float(value) for value in first.split(",")[4:6])
    return width > 1 and height > 1


def _files(path: Path, options: ReaderOptions) -> list[Path]:
    files = files_of_exports(path, options, _FILES)
    for file in exports_of(path, *_FILES):
        files += _companions(file, "seqinfo.ini") + _companions(file, "labels.txt")
    return files


MOT = Reader(read_mot, _looks_like_mot, _files, reads_folders=True)
