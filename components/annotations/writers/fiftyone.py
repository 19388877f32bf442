"""labels.json of FiftyOne's FiftyOneTemporalDetectionDataset: see `components.annotations.readers.fiftyone`.

    {"classes": ["wave"], "labels": {"day1/c00": [{"label": 0, "timestamps": [0.5, 2.0], "confidence": 0.9}]}}

A video is called by its path below the folder of the videos, without its suffix, as FiftyOne looks for it.

Source: FiftyOneTemporalDetectionDatasetImporter and -SampleParser of https://github.com/voxel51/fiftyone
(fiftyone/utils/data/{importers,parsers}.py).
"""

import json
from pathlib import PurePosixPath
from typing import Any

from components.annotations.records.record import Segment
from components.annotations.writers.content import SCORE, Content
from components.annotations.writers.writer import Part, Writer, if_open
from foundation.messages.errors import UserError


def write_fiftyone(content: Content) -> str:
    """The text of a file; segments have an end, or videos that were looked at.

    Raises:
      UserError: two videos differ in nothing but their suffix.
    """
    classes = sorted({segment.label for segment in content.segments})
    labels: dict[str, Any] = {}
    video_of: dict[str, str] = {}
    for video, segments in content.by_video.items():
        name = str(PurePosixPath(video).with_suffix(""))
        if name in labels:
            raise UserError(
                f"{video_of[name]} and {video} would be one video: FiftyOne knows videos without their suffix; rename one"
            )
        video_of[name] = video
        labels[name] = [_detection(segment, content, classes) for segment in segments]
    return json.dumps({"classes": classes, "labels": labels}, indent=2, ensure_ascii=False) + "\n"


def _detection(segment: Segment, content: Content, classes: list[str]) -> dict[str, Any]:
    span = [segment.start, content.end_of(segment)]
    detection: dict[str, Any] = {"label": classes.index(segment.label), "timestamps": span}
    if SCORE in segment.metadata:
        detection["confidence"] = segment.metadata[SCORE]
    return detection


FIFTYONE = Writer(
    write_fiftyone,
    suffix=".json",
    keeps=frozenset((Part.SCORE,)),
    needs_video=if_open,
)
