"""Finds annotations, their videos, and who or where clips are of, in what somebody has at hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import Manifest, build_manifest
from components.annotations.readers.detect import detect_annotations
from components.annotations.records.group_names import propose_scheme
from components.annotations.records.label_sets import rows_by_clip, with_label_sets
from components.annotations.records.record import Assumption, Segment
from components.storage.opening import open_root
from components.storage.paths import is_clutter
from foundation.messages.errors import UserError
from models.config import ONE, SEVERAL, Labels

_MOST_FOLDERS = 50
# Of the spans; so many may carry a second label because somebody labelled them twice.
_MISTAKEN_SHARE = 0.1


@dataclass(frozen=True)
class Sources:
    """The data that were found; `assumptions` say what was taken for granted to find them."""

    data: DataConfig
    manifest: Manifest
    assumptions: tuple[Assumption, ...]

    @property
    def labels(self) -> list[str]:
        """The label of each segment."""
        return [segment.label for segments in self.manifest.segments_by_video.values() for segment in segments]

    @cached_property
    def spans(self) -> dict[str, tuple[Segment, ...]]:
        """What would be clips of each video if these had several labels."""
        by_video = self.manifest.segments_by_video
        return {
            video: with_label_sets(segments, self.data.min_cover, self.cuts_clips)
            for video, segments in by_video.items()
        }

    @cached_property
    def cuts_clips(self) -> bool:
        """Whether clips should be cut around their actors: all rows have boxes or masks, and spans are of several people."""
        videos = self.manifest.segments_by_video.values()
        if not all(row.boxes or row.masks for rows in videos for row in rows):
            return False
        num_spans, num_people = (
            sum(len(rows_by_clip(rows, by_actor)) for rows in videos) for by_actor in (False, True)
        )
        return num_people > (1 + _MISTAKEN_SHARE) * num_spans

    @property
    def share_of_several(self) -> float:
        """The share of the spans that carry several labels."""
        spans = [span for of_video in self.spans.values() for span in of_video]
        return sum(len(span.labels) > 1 for span in spans) / max(1, len(spans))

    @property
    def clips(self) -> Mapping[str, Sequence[Segment]]:
        """What a run makes clips of, by video."""
        return self.manifest.segments_by_video if self.kind_of_labels == ONE else self.spans

    @property
    def kind_of_labels(self) -> Labels:
        """How many labels clips have, by what the rows say; single contradictions are mistakes."""
        return SEVERAL if self.share_of_several > _MISTAKEN_SHARE else ONE

    @property
    def groups(self) -> set[str]:
        """What a split keeps together: groups, and videos without one."""
        return {
            segment.group or video
            for video, segments in self.manifest.segments_by_video.items()
            for segment in segments
        }

    @property
    def has_groups(self) -> bool:
        return any(segment.group for segments in self.manifest.segments_by_video.values() for segment in segments)


def find_sources(source: Path, videos: Path | None = None, label_field: str | None = None) -> Sources:
    """The annotations in a file or a folder, with the folder that has most of the videos they name.

    Raises:
      UserError: there are no annotations, or none that can be read, or no video that they name, or all have one label.
    """
    if not source.exists():
        raise UserError(f"{source} does not exist; name a folder of videos, or an export of an annotation tool")
    name, annotations = detect_annotations(source)
    places = [videos] if videos else list(_places(annotations))
    found = [_read(annotations, name, place, label_field) for place in places if place.is_dir()]
    best = max(found, key=lambda sources: len(sources.labels), default=None)
    if best is None or not best.labels:
        why = f": {best.manifest.why_empty()}" if best else ""
        raise UserError(f"{annotations}: no clip was found; say with --videos where the videos lie{why}")
    if len(set(best.labels)) < 2:
        raise UserError(
            f"{annotations}: all {len(best.labels)} clips have the label {best.labels[0]!r}, and a model needs at least two "
            "classes; if an attribute tells them apart, name it with --label-field"
        )
    return best if best.has_groups else _with_scheme(best)


def _places(annotations: Path) -> Iterator[Path]:
    """Folders in which the videos may lie, the likeliest first."""
    if annotations.is_dir():
        yield annotations
        return
    yield annotations.absolute().parent
    folders = sorted(path for path in annotations.absolute().parent.iterdir() if path.is_dir())
    yield from [path for path in folders if not is_clutter(path.name) and not path.name.startswith(".")][:_MOST_FOLDERS]


def _read(annotations: Path, name: str, videos: Path, label_field: str | None, pattern: str | None = None) -> Sources:
    given = {"label_field": label_field} if label_field else {}
    data = DataConfig(annotations=str(annotations), videos=str(videos), format=name, group_pattern=pattern, **given)
    root = open_root(data.videos, "--videos")
    records, assumptions = load_annotations(data)
    manifest = build_manifest(records, root, pattern=pattern)
    return Sources(data, manifest, (*assumptions, *manifest.assumptions))


def _with_scheme(sources: Sources) -> Sources:
    """The same with the naming scheme that the videos' paths follow, if they follow one that makes enough groups to split."""
    proposal = propose_scheme(sources.manifest.segments_by_video)
    if proposal is None or len(proposal.groups) < 3:
        return sources
    data = sources.data
    return _read(Path(data.annotations), data.format, Path(data.videos), data.label_field, proposal.scheme)
