"""COCO for videos (TAO, CocoVID): a JSON object with videos, images (their frames), annotations, tracks and categories.

A track is one segment; its label is the name of its category. If a frame has annotations but none of the track, the object
is gone there. Frames are the images' `frame_index` (TAO) or `frame_id` (CocoVID), counted from 0. Tracks stand in `tracks`,
or follow from the annotations' `track_id` or `instance_id`. Boxes are [x, y, width, height] in pixels. Segmentations (run
lengths, compressed or not, or polygons) become masks, and boxes if an annotation has no box.

`neg_category_ids` of a video are categories that are verified to be absent. A clip is a negative of all classes, so it counts
as one only if they are all categories of the file. Where clips have several labels they were looked for, and so were the
categories of the video's tracks, except its `not_exhaustive_category_ids`, of which there may be more than was annotated. A
video without either key says nothing of it.

Source: tao/toolkit/tao/tao.py of https://github.com/TAO-Dataset/tao; docs/en/tutorials/customize_dataset.md of
https://github.com/open-mmlab/mmtracking.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from components.annotations.readers.clock import frames_are_those_of_the_video
from components.annotations.readers.coco_masks import read_segmentation
from components.annotations.readers.documents import as_id, as_list, as_object, load_json
from components.annotations.readers.exports import file_name
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.tracks import Shape, build_track, check_edges, end_in_gaps, in_order
from components.annotations.readers.values import BadValueError, is_blank, parse_frame, parse_number, parse_text
from components.annotations.records.boxes import Edges
from components.annotations.records.masks import decode_mask, edges_of_mask
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Mask, Record, Segment, Source

_Id = int | str

_PARTS = re.compile(r'"(images|annotations|categories|tracks|videos)"\s*:\s*\[')
_OF_VIDEO = re.compile(r'"(video_id|videos|tracks|track_id|frame_index|neg_category_ids|instance_id)"\s*:')


@dataclass
class _Track:
    """The annotations of one object; `problem`: the first error in one of them."""

    source: Source
    video: _Id | None = None
    category: Any = None
    shapes: list[Shape] = field(default_factory=list)
    problem: BadValueError | None = None


@dataclass(frozen=True)
class _Dataset:
    """Parts of a file, by id."""

    videos: Mapping[_Id, dict[str, Any]]
    images: Mapping[_Id, dict[str, Any]]
    names: Mapping[_Id, str]

    def video(self, number: _Id | None) -> dict[str, Any]:
        """The video with this id; an empty object if there is none."""
        return {} if number is None else self.videos.get(number, {})

    def name_of_video(self, number: _Id | None) -> str:
        video = self.video(number)
        name = file_name(parse_text(video.get("name") or video.get("file_name"), "name"))
        if not name:
            raise BadValueError(Reason.ROW_MALFORMED, "no video of this id has a name", number)
        return name

    def label_of(self, category: Any) -> str:
        name = self.names.get(as_id(category, "category_id"))
        if not name:
            raise BadValueError(Reason.LABEL_UNKNOWN, "no category of this id has a name", category)
        return name


def read_coco_video(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file; a row is the rank of a track in `tracks`, else of its first annotation, or of a negative's video."""
    try:
        document = as_object(load_json(path), "the file", Reason.FILE_MALFORMED)
        videos, images, categories, annotations, tracks = (
            as_list(document.get(name), name, Reason.FILE_MALFORMED)
            for name in ("videos", "images", "categories", "annotations", "tracks")
        )
        _check_kind(videos, annotations)
    except BadValueError as error:
        yield error.as_reject(Source(path.name, 1))
        return
    if options.frame_rate is None:
        yield frames_are_those_of_the_video(path.name)
    dataset = _Dataset(_by_id(videos), _by_id(images), _names_of(categories))
    found: dict[tuple[_Id | None, _Id], _Track] = {}
    yield from _gather_tracks(tracks, path.name, found)
    frames: dict[_Id | None, set[int]] = defaultdict(set)
    for row, annotation in enumerate(annotations, start=1):
        source = Source(path.name, row)
        try:
            _gather_annotation(annotation, source, dataset, found, frames, has_tracks=bool(tracks))
        except BadValueError as error:
            yield error.as_reject(source)
    ordered = {video: sorted(annotated) for video, annotated in frames.items()}
    looked_for = _looked_for(dataset, found.values())
    for track in found.values():
        record = _to_record(track, dataset, ordered.get(track.video, []))
        yield replace(record, looked_for=looked_for.get(track.video)) if isinstance(record, Segment) else record
    yield from _negatives(videos, path.name, dataset, {track.video for track in found.values()})


def _check_kind(videos: list[Any], annotations: list[Any]) -> None:
    if not videos:
        raise BadValueError(Reason.FILE_MALFORMED, "it has no videos: it annotates single images", "")
    first = annotations[0] if annotations and isinstance(annotations[0], dict) else {}
    if "bboxes" in first or "segmentations" in first:
        message = "lists of boxes as YouTube-VIS has them do not say which frames of the video they are of"
        raise BadValueError(Reason.FILE_MALFORMED, message, "")


def _by_id(items: list[Any]) -> dict[_Id, dict[str, Any]]:
    """Index items by id; items without an id are left out, since nothing can refer to them."""
    return {item["id"]: item for item in items if isinstance(item, dict) and isinstance(item.get("id"), _Id)}


def _names_of(categories: list[Any]) -> dict[_Id, str]:
    names = {}
    for number, category in _by_id(categories).items():
        name = category.get("name")
        if isinstance(name, str):
            names[number] = name.strip()
            # TAO merges categories of its annotators that mean the same.
            merged = category.get("merged")
            names.update(dict.fromkeys(_by_id(merged if isinstance(merged, list) else []), name.strip()))
    return names


def _gather_tracks(tracks: list[Any], name: str, found: dict[tuple[_Id | None, _Id], _Track]) -> Iterator[Record]:
    for row, track in enumerate(tracks, start=1):
        source = Source(name, row)
        try:
            track = as_object(track, "a track")
            key = (None, as_id(track.get("id"), "id"))
            if key in found:
                raise BadValueError(Reason.DUPLICATE_ROW, "an earlier track has the same id", key[1])
            found[key] = _Track(source, as_id(track.get("video_id"), "video_id"), track.get("category_id"))
        except BadValueError as error:
            yield error.as_reject(source)


def _gather_annotation(
    annotation: Any,
    source: Source,
    dataset: _Dataset,
    found: dict[tuple[_Id | None, _Id], _Track],
    frames: dict[_Id | None, set[int]],
    has_tracks: bool,
) -> None:
    annotation = as_object(annotation, "an annotation")
    number = annotation.get("track_id", annotation.get("instance_id"))
    if is_blank(number):
        raise BadValueError(Reason.ROW_MALFORMED, "it belongs to no track: it has neither track_id nor instance_id", "")
    number = as_id(number, "track_id")
    image = dataset.images.get(as_id(annotation.get("image_id"), "image_id"), {})
    video = image.get("video_id")
    if has_tracks:
        if (None, number) not in found:
            raise BadValueError(Reason.ROW_MALFORMED, "no track of this id", number)
        track = found[None, number]
    else:
        # Ids of instances are unique only in their video.
        video = as_id(video, "the video_id of its image")
        track = found.setdefault((video, number), _Track(source, video, annotation.get("category_id")))
    try:
        if video != track.video:
            message = "one of its annotations is on an image of another video, or of none"
            raise BadValueError(Reason.ROW_MALFORMED, message, annotation.get("image_id"))
        frame = parse_frame(image.get("frame_index", image.get("frame_id")), "frame_index")
        frames[track.video].add(frame)
        track.shapes.append(_shape(annotation, frame, image, dataset.video(track.video)))
    except BadValueError as error:
        track.problem = track.problem or error


def _shape(annotation: Mapping[str, Any], frame: int, image: Mapping[str, Any], video: Mapping[str, Any]) -> Shape:
    height, width = (image.get(side, video.get(side)) for side in ("height", "width"))
    mask = read_segmentation(annotation.get("segmentation"), frame, height, width)
    box = as_list(annotation.get("bbox"), "bbox", Reason.BOX_INVALID)
    if not box and mask:
        return Shape(frame, _edges_around(mask), mask=mask)
    if len(box) != 4:
        raise BadValueError(Reason.BOX_INVALID, "expected [x, y, width, height]", box)
    x, y, box_width, box_height = (parse_number(number, "bbox", Reason.BOX_INVALID) for number in box)
    return Shape(frame, check_edges((x, y, x + box_width, y + box_height), box), mask=mask)


def _edges_around(mask: Mask) -> Edges:
    edges = edges_of_mask(decode_mask(mask.rle, mask.height, mask.width))
    if edges is None:
        raise BadValueError(Reason.MASK_INVALID, f"the mask of frame {mask.time:g} is empty", "")
    x_min, y_min, x_max, y_max = edges
    return (x_min * mask.width, y_min * mask.height, x_max * mask.width, y_max * mask.height)


def _to_record(track: _Track, dataset: _Dataset, frames: list[int]) -> Record:
    video = label = ""
    try:
        video = dataset.name_of_video(track.video)
        label = dataset.label_of(track.category)
        if track.problem:
            raise track.problem
        built = build_track(list(end_in_gaps(in_order(track.shapes), frames)))
        return built.as_segment(video, label, track.source)
    except BadValueError as error:
        return error.as_reject(track.source, video, label)


def _looked_for(dataset: _Dataset, tracks: Iterable[_Track]) -> dict[_Id | None, tuple[str, ...]]:
    """The categories that were looked for in each video, by name; a video that says nothing of it has no entry."""
    whole: dict[_Id | None, set[str | None]] = defaultdict(set)
    broken: dict[_Id | None, set[str | None]] = defaultdict(set)
    for track in tracks:
        name = dataset.names.get(track.category) if isinstance(track.category, _Id) else None
        # Of a track that cannot be read it is not known when it is to be seen.
        (broken if track.problem or not track.shapes else whole)[track.video].add(name)
    found: dict[_Id | None, tuple[str, ...]] = {}
    for number, video in dataset.videos.items():
        absent, incomplete = (
            {dataset.names.get(each) for each in ids if isinstance(each, _Id)} if isinstance(ids, list) else None
            for ids in (video.get("neg_category_ids"), video.get("not_exhaustive_category_ids"))
        )
        if absent is not None or incomplete is not None:
            known = (whole[number] | (absent or set())) - broken[number] - (incomplete or set())
            found[number] = tuple(sorted(filter(None, known)))
    return found


def _negatives(videos: list[Any], name: str, dataset: _Dataset, annotated: set[_Id | None]) -> Iterator[Record]:
    for row, video in enumerate(videos, start=1):
        absent = video.get("neg_category_ids") if isinstance(video, dict) else None
        if not isinstance(absent, list) or not absent or video.get("id") in annotated:
            continue
        names = {dataset.names.get(number) for number in absent if isinstance(number, _Id)}
        if not names >= set(dataset.names.values()):
            continue
        source = Source(name, row)
        try:
            file = dataset.name_of_video(as_id(video.get("id"), "id"))
            yield Segment(file, "", source, is_negative=True, find_by=FindBy.NAME)
        except BadValueError as error:
            yield error.as_reject(source)


def _looks_like_coco_video(sample: Sample) -> bool:
    head = sample.head
    return head.lstrip().startswith("{") and bool(_PARTS.search(head) and _OF_VIDEO.search(head))


COCO_VIDEO = Reader(read_coco_video, _looks_like_coco_video, is_exhaustive=False)
