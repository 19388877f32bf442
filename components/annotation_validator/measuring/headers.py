"""From records to what checks look at: videos are listed, and their headers are asked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from components.annotation_validator.inputs.inputs import CheckInputs, make_inputs
from components.annotation_validator.inputs.segments import VideoFacts
from components.annotation_validator.inspection import Inspection
from components.annotations.files.manifest import Manifest, build_manifest, manifest_without_videos
from components.annotations.records.packing import SEGMENTS
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject, Segment, TimeUnit
from components.annotations.splits.splitting import split_manifest
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.decoder_pool import DecoderPool
from components.video.faults import sorted_out
from components.video.reader import VideoError, VideoInfo
from components.video.times import FrameIndex, broken_promise
from foundation.large import Shelf
from foundation.messages.errors import UserError

# Is called with the number of videos done, and of all.
OnVideo = Callable[[int, int], None]


def read_headers(
    records: Collection[Record],
    inspection: Inspection,
    root: Root,
    decoders: DecoderPool,
    on_video: OnVideo,
) -> CheckInputs:
    """What checks look at, without what frames show.

    Raises:
      UserError: the root cannot be listed.
      MachineError: a video cannot be read for a reason that lies with the machine.
    """
    manifest = manifest_of(records, root, inspection)
    facts: dict[str, VideoFacts] = {}
    problems: dict[str, Reject] = {}
    videos = manifest.segments_by_video

    def read_facts(decoder: Decoder, video: str) -> VideoFacts | Reject:
        return _read_facts(decoder, root, video, videos[video], inspection.sampling)

    found_of = decoders.map(read_facts, videos)
    for number, (video, found) in enumerate(zip(videos, found_of, strict=True)):
        if isinstance(found, VideoFacts):
            facts[video] = found
        else:
            problems[video] = found
        on_video(number + 1, len(videos))
    return inputs_of(_without(manifest, problems), facts, inspection)


def manifest_of(records: Collection[Record], root: Root, inspection: Inspection) -> Manifest:
    """What a run by the settings of an inspection would make of the rows. Raises UserError if the root cannot be listed."""
    return build_manifest(
        records, root, inspection.classes, inspection.negatives, needs_boxes=inspection.sampling.cuts_clips
    )


def read_rows(records: Collection[Record], inspection: Inspection) -> CheckInputs:
    """What checks look at where no videos are at hand: rows are taken at their word."""
    manifest = manifest_without_videos(
        records, inspection.classes, inspection.negatives, inspection.sampling.cuts_clips
    )
    return inputs_of(manifest, {}, inspection)


def inputs_of(manifest: Manifest, facts: Mapping[str, VideoFacts], inspection: Inspection) -> CheckInputs:
    """What checks look at, with splits as a run would assign them; `facts`: what is known of videos, by path."""
    splits: Mapping[str, str] = {}
    if inspection.splits and inspection.splits.mode != "official" and manifest.segments_by_video:
        # Why they cannot be assigned is said by other checks and by the run.
        with suppress(UserError):
            splits = split_manifest(manifest, inspection.splits, inspection.negatives)[0]
    return replace(make_inputs(manifest, facts, inspection, splits), assumptions=manifest.assumptions)


def _read_facts(
    decoder: Decoder, root: Root, video: str, segments: Sequence[Segment], sampling: SamplingConfig
) -> VideoFacts | Reject:
    """What header and packets say, or why they say nothing."""
    numbers = {
        number
        for segment in segments
        if segment.time_unit is TimeUnit.FRAMES
        for number in (segment.start, segment.end)
        if number is not None
    }
    try:
        with sorted_out(video), root.local_copy(video) as path:
            info = decoder.probe(path, sampling)
            index = decoder.read_times(path, sampling) if numbers else None
            if broken_promise(info.promised_seconds - info.duration_seconds, info.promised_seconds, sampling):
                # The last packet of a file that broke off may be half a picture.
                index = decoder.read_index(path, sampling)
                info = replace(info, duration_seconds=index.end_seconds)
        return VideoFacts(
            width=info.width,
            height=info.height,
            fps=info.fps,
            duration_seconds=info.duration_seconds,
            codec=info.codec,
            start_seconds=info.start_seconds,
            promised_seconds=info.promised_seconds,
            seconds_of={number: _seconds_at(number, index, info) for number in numbers} if index else {},
        )
    except VideoError as error:
        return Reject(Reason(error.code), str(error), video=video)


def _seconds_at(frame: float, index: FrameIndex, info: VideoInfo) -> float:
    """When a frame is shown; one beyond the end is as late as it would be if the video went on."""
    return index.seconds_at(frame) + max(0.0, frame - len(index.seconds)) * info.frame_seconds


def _without(manifest: Manifest, problems: Mapping[str, Reject]) -> Manifest:
    """The manifest without videos that cannot be read; each of their rows is rejected."""
    rejects = []
    for video, problem in problems.items():
        rejects.append(problem)
        rejects += [
            replace(problem, source=segment.source, video=segment.video, label=segment.label)
            for segment in manifest.segments_by_video[video]
        ]
    if not rejects:
        return manifest
    rest = Shelf[str, tuple[Segment, ...]](SEGMENTS)
    for video, segments in manifest.segments_by_video.items():
        if video not in problems:
            rest.put(video, segments)
    return replace(manifest, segments_by_video=rest, rejects=(*manifest.rejects, *rejects))
