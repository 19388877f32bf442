"""Parts that CVAT's two XML formats share: tasks, frames, and shapes.

Frames are those of the video, counted from 0, even if a task has only a part or every n-th frame of it. In the export of a
project, the tasks of a subset are counted on, one after the other.

Source: cvat/apps/dataset_manager/{bindings,formats/cvat}.py of https://github.com/cvat-ai/cvat, version 1.1 of the format,
and https://docs.cvat.ai/docs/dataset_management/formats/format-xml.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import cos, hypot, radians, sin
from typing import NamedTuple
from xml.etree.ElementTree import Element

import numpy as np

from components.annotations.readers.exports import file_name, head_of_exports
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Sample
from components.annotations.readers.tracks import Shape, build_track, check_edges
from components.annotations.readers.values import BadValueError, parse_frame, parse_number, parse_split
from components.annotations.records.boxes import Edges
from components.annotations.records.masks import encode_mask, mask_of_counts, place_mask
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Mask, Record, Source

SHAPES = frozenset({"box", "ellipse", "polygon", "polyline", "points", "cuboid", "mask", "skeleton"})
FILES = "*.xml"

_STEP = re.compile(r"step\s*=\s*(\d+)")
_CVAT = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<annotations\b", re.DOTALL)


class Task(NamedTuple):
    """A video that was annotated.

    Attributes:
      video: its file name; empty if the task was made of images, or the export does not say it.
      height, width: of its frames; 0 if the export does not say it.
      first_frame: the number of the video's first frame in the export.
      step: from one annotated frame to the next.
    """

    video: str = ""
    height: int = 0
    width: int = 0
    first_frame: int = 0
    step: int = 1
    split: str | None = None


class Meta(NamedTuple):
    """The tasks of an export by id (a single task under ""), and the attributes of its labels."""

    tasks: Mapping[str, Task]
    attributes: frozenset[str]

    def task_of(self, element: Element) -> Task:
        """The task of a track or an image; raises BadValueError if it was not made of a video."""
        name = element.get("task_id", "")
        task = self.tasks.get(name) or self.tasks.get("")
        if not task or not task.video:
            raise BadValueError(Reason.ROW_MALFORMED, "its task names no video", name)
        return task


def read_meta(meta: Element) -> Meta:
    """Read the tasks of an export of a task, a job or a project.

    Raises:
      BadValueError: no task names a video, or the number of a task's frames is unreadable.
    """
    names = meta.iterfind(".//labels/label/attributes/attribute/name")
    of_project = meta.findall("project/tasks/task")
    if of_project:
        tasks = dict(_tasks_of_project(of_project))
    else:
        alone = meta.find("task")
        alone = meta.find("job") if alone is None else alone
        tasks = {} if alone is None else {"": _read_task(alone, meta, 0)}
    if not any(task.video for task in tasks.values()):
        message = "it names no video: export the task rather than one of its jobs; a task made of images has no video"
        raise BadValueError(Reason.FILE_MALFORMED, message, "")
    return Meta(tasks, frozenset((name.text or "").strip() for name in names))


def read_shape(element: Element, frame: int, task: Task, label_field: str | None) -> Shape:
    """Read a shape in one frame of the video; its label is the attribute `label_field`."""
    label = attributes_of(element).get(label_field, "") if label_field else ""
    if element.get("outside") == "1":
        return Shape(frame, label=label)
    return Shape(
        frame,
        check_edges(_edges(element), f"<{element.tag}> of frame {frame}"),
        is_imputed=element.get("keyframe") == "0",
        mask=_mask(element, frame, task) if element.tag == "mask" else None,
        label=label,
    )


def read_frame(element: Element, name: str, task: Task) -> int:
    """Read the video's frame, counted from 0, from the attribute `name` of an element."""
    frame = parse_frame(element.get(name), name) - task.first_frame
    if frame < 0:
        raise BadValueError(Reason.TIME_INVALID, f"{name} is before the first frame of its task", element.get(name))
    return frame


def attributes_of(element: Element) -> dict[str, str]:
    """The annotator's values for the attributes of a shape or tag, by name."""
    return {name.get("name", ""): (name.text or "").strip() for name in element.findall("attribute")}


def names_of_attributes(element: Element) -> set[str]:
    """The names of all attributes of the shapes and tags below an element."""
    return {attribute.get("name", "") for attribute in element.iter("attribute")}


def proposed_attributes(
    labels: Collection[str], attributes: Collection[str], options: ReaderOptions
) -> Iterator[Assumption]:
    """What to say where the label is the same everywhere, as of an actor, and attributes may hold what is told apart."""
    named = sorted(filter(None, attributes))
    known = set(filter(None, labels))
    if options.label_field or len(known) != 1 or not named:
        return
    yield Assumption(
        f"the label {known.pop()!r} is the only one, and attributes beside it were not read: {', '.join(named)}",
        f"If one of them is the class, write under data: label_field: {named[0]}",
    )


def records_of_track(
    shapes: Sequence[Shape], label: str, task: Task, source: Source, label_field: str | None
) -> list[Record]:
    """Make one segment of a track or, with labels in an attribute, one of each stretch with the same label."""
    if not label_field:
        return [_record(shapes, label, task, source)]
    return [_record(stretch, stretch[0].label, task, source) for stretch in _stretches(shapes)]


def looks_like_cvat(sample: Sample) -> bool:
    """Tell whether a file, or the first file of a folder, is one of CVAT's."""
    return bool(_CVAT.match(head_of_exports(sample, FILES)))


def _record(shapes: Sequence[Shape], label: str, task: Task, source: Source) -> Record:
    try:
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "neither a label nor a value of the attribute in its place", "")
        return build_track(shapes).as_segment(task.video, label, source, task.split)
    except BadValueError as error:
        return error.as_reject(source, task.video, label)


def _stretches(shapes: Sequence[Shape]) -> Iterator[list[Shape]]:
    """Split shapes into stretches with one label; a stretch ends where the next one begins, or where the object is gone."""
    stretch: list[Shape] = []
    for shape in shapes:
        if stretch and shape.edges and shape.label != stretch[0].label:
            yield stretch if stretch[-1].edges is None else [*stretch, Shape(shape.frame)]
            stretch = []
        if stretch or shape.edges:
            stretch.append(shape)
    # An object that is never there has one stretch too, which gives its reject.
    yield stretch or list(shapes)


def _tasks_of_project(tasks: Sequence[Element]) -> Iterator[tuple[str, Task]]:
    offset, subset = 0, None
    for element in tasks:
        if element.findtext("subset") != subset:
            offset, subset = 0, element.findtext("subset")
        task = _read_task(element, element, offset)
        yield (element.findtext("id") or "").strip(), task
        offset += _count(element, "start_frame") + task.step * _count(element, "size")


def _read_task(element: Element, meta: Element, first_frame: int) -> Task:
    # Older exports have source and size beside the task.
    source = element.findtext("source") or meta.findtext("source") or ""
    is_video = element.findtext("mode", "interpolation").strip() != "annotation"
    size = element.find("original_size")
    size = meta.find("original_size") if size is None else size
    step = _STEP.search(element.findtext("frame_filter") or "")
    return Task(
        video=file_name(source.strip()) or (element.findtext("name") or "").strip() * is_video,
        height=0 if size is None else _count(size, "height"),
        width=0 if size is None else _count(size, "width"),
        first_frame=first_frame,
        step=max(1, int(step[1][:9])) if step else 1,
        split=_split(element.findtext("subset")),
    )


def _count(element: Element, name: str) -> int:
    text = (element.findtext(name) or "").strip()
    try:
        return parse_frame(text, name) if text else 0
    except BadValueError:
        raise BadValueError(Reason.FILE_MALFORMED, f"the <{name}> of a task is no whole number", text) from None


def _split(subset: str | None) -> str | None:
    try:
        return parse_split(subset, "subset")
    except BadValueError:
        # Subsets are free text; by default they are called "default".
        return None


def _edges(shape: Element) -> Edges:
    if shape.tag == "box":
        x_min, y_min, x_max, y_max = (_number(shape, name) for name in ("xtl", "ytl", "xbr", "ybr"))
        angle = _angle(shape)
        if not angle:
            return (x_min, y_min, x_max, y_max)
        width, height = x_max - x_min, y_max - y_min
        half_width = (abs(width * cos(angle)) + abs(height * sin(angle))) / 2
        half_height = (abs(width * sin(angle)) + abs(height * cos(angle))) / 2
        return _around((x_min + x_max) / 2, (y_min + y_max) / 2, half_width, half_height)
    if shape.tag == "ellipse":
        x, y, x_radius, y_radius = (_number(shape, name) for name in ("cx", "cy", "rx", "ry"))
        angle = _angle(shape)
        half_width = hypot(x_radius * cos(angle), y_radius * sin(angle))
        return _around(x, y, half_width, hypot(x_radius * sin(angle), y_radius * cos(angle)))
    if shape.tag == "mask":
        left, top, width, height = (_number(shape, name) for name in ("left", "top", "width", "height"))
        return (left, top, left + width, top + height)
    points = list(_points(shape))
    if not points:
        raise BadValueError(Reason.BOX_INVALID, f"a <{shape.tag}> without points", "")
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _points(shape: Element) -> Iterator[tuple[float, float]]:
    if shape.tag == "cuboid":
        for corner in ("tl", "bl", "tr", "br"):
            for face in "12":
                yield _number(shape, f"x{corner}{face}"), _number(shape, f"y{corner}{face}")
    elif shape.tag == "skeleton":
        for joint in shape:
            if joint.tag in SHAPES and joint.tag != "skeleton" and joint.get("outside") != "1":
                x_min, y_min, x_max, y_max = _edges(joint)
                yield from ((x_min, y_min), (x_max, y_max))
    else:
        for pair in (shape.get("points") or "").split(";"):
            x, _, y = pair.partition(",")
            yield parse_number(x, "x", Reason.BOX_INVALID), parse_number(y, "y", Reason.BOX_INVALID)


def _mask(shape: Element, frame: int, task: Task) -> Mask:
    """Read a mask, whose run lengths go along the rows of its own rectangle, background first."""
    try:
        left, top, width, height = (int(shape.get(name, "")) for name in ("left", "top", "width", "height"))
        counts = np.array([int(count) for count in shape.get("rle", "").split(",")], np.int64)
        rectangle = mask_of_counts(counts, height=width, width=height).T
        rle = encode_mask(place_mask(rectangle, top, left, task.height, task.width))
        return Mask(float(frame), rle=rle, height=task.height, width=task.width)
    except (ValueError, OverflowError) as error:
        raise BadValueError(Reason.MASK_INVALID, str(error)[:200], f"<mask> of frame {frame}") from None


def _around(x: float, y: float, half_width: float, half_height: float) -> Edges:
    return (x - half_width, y - half_height, x + half_width, y + half_height)


def _angle(shape: Element) -> float:
    return radians(parse_number(shape.get("rotation") or 0, "rotation", Reason.BOX_INVALID))


def _number(shape: Element, name: str) -> float:
    return parse_number(shape.get(name), name, Reason.BOX_INVALID)
