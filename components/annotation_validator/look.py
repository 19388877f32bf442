"""From annotations and videos to all that checks look at, for the command line and for a run."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.measuring.headers import OnVideo, read_headers, read_rows
from components.annotation_validator.measuring.videos import measure_videos
from components.annotation_validator.previous import PreviousSpan
from components.annotations.config import NegativesConfig
from components.annotations.files.video_finder import VideoFinder
from components.annotations.records.record import Assumption, Record, Segment, Source
from components.storage.root import Root
from components.video.decoder_pool import DecoderPool
from foundation.messages.errors import UserError

_MOST_OF_PRODUCTION = 500


def look(
    records: Collection[Record],
    inspection: Inspection,
    videos: Root | None,
    *,
    progress: Callable[[str], OnVideo] = lambda title: lambda done, total: None,
    frames: bool = False,
    assumptions: Sequence[Assumption] = (),
    previous: PreviousSpan | None = None,
    production: Root | None = None,
    beam_args: Sequence[str] = (),
) -> CheckInputs:
    """What checks look at.

    Args:
      records, assumptions: the annotations, and what it took to read them.
      videos: where the videos lie; None: only rows are looked at, those of the previous span too.
      progress: gives what is told of the videos under a title.
      frames: whether videos are decoded and measured.
      production: videos such as the model is to work on.
      beam_args: Beam's options for the previous span's file systems.

    Raises:
      UserError: something cannot be listed or read, or the previous span or the sample of production is of no use.
    """
    if videos is None:
        span = look_at_previous(previous, inspection, beam_args, read_rows) if previous else None
        return replace(read_rows(records, inspection), previous=span, assumptions=tuple(assumptions))
    with DecoderPool() as decoders:

        def headers(records: Collection[Record], inspection: Inspection, root: Root, title: str) -> CheckInputs:
            return read_headers(records, inspection, root, decoders, progress(title))

        def measured(inputs: CheckInputs, root: Root) -> CheckInputs:
            if not frames or not inputs.videos:
                return inputs
            measures = measure_videos(inputs, root, inspection.sampling, decoders, progress("decoding"))
            return replace(inputs, measures=measures)

        inputs = headers(records, inspection, videos, "reading headers")
        if previous:
            root = previous.open_videos(beam_args)
            read = partial(headers, root=root, title="reading headers of the previous span")
            inputs = replace(inputs, previous=measured(look_at_previous(previous, inspection, beam_args, read), root))
        inputs = measured(inputs, videos)
        inputs = replace(inputs, assumptions=(*assumptions, *inputs.assumptions))
        if production:
            sample = headers(sample_of(production), Inspection(), production, "reading headers of production")
            inputs = replace(inputs, production=measured(sample, production))
    return inputs


def look_at_previous(
    span: PreviousSpan,
    inspection: Inspection,
    beam_args: Sequence[str],
    read: Callable[[Collection[Record], Inspection], CheckInputs],
) -> CheckInputs:
    """What checks see of the previous span.

    If `read` can look at none of its videos, rows are taken at their word, and nothing is known of the videos.

    Raises:
      UserError: it cannot be read, or has no segment that a run would take.
    """
    records = span.read(beam_args)
    # Nobody asks for splits of what is over, nor for background: videos without a row may be the present ones.
    negatives = inspection.negatives and NegativesConfig(label=inspection.negatives.label)
    inspection = inspection.model_copy(update={"splits": None, "negatives": negatives})
    inputs = read(records, inspection)
    if not inputs.segments:
        inputs = read_rows(records, inspection)
    if not inputs.segments:
        raise span.unusable(records, inputs.rejects)
    return inputs


def sample_of(production: Root) -> list[Segment]:
    """The videos below a root, each as one segment without a meaning; 500 of them, evenly spread, if there are more.

    Raises:
      UserError: the root cannot be listed, or holds no video.
    """
    videos = sorted(VideoFinder(production).videos())
    if not videos:
        raise UserError(f"{production.uri} holds no video; expected a sample of those that the model is to work on")
    step = max(1.0, len(videos) / _MOST_OF_PRODUCTION)
    sample = [videos[int(number * step)] for number in range(min(len(videos), _MOST_OF_PRODUCTION))]
    return [Segment(video, "production", Source(video, 1)) for video in sample]
