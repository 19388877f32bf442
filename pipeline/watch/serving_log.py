"""TensorFlow Serving's own log of requests: TFRecord files of PredictionLog, in which the clips themselves are.

Source: https://github.com/tensorflow/serving/blob/master/tensorflow_serving/apis/prediction_log.proto
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import numpy.typing as npt
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from foundation.messages.errors import UserError
from pipeline.prediction.record_files import read_records
from pipeline.watch.clip_features import ClipFeatures
from pipeline.watch.request_clips import INPUTS, clips_of, measure, shown_jpegs

_DEFAULT_SIGNATURE = "serving_default"


class LoggedClip(NamedTuple):
    """A clip of a request: the frames that the network is shown, and where the request stands, for people.

    `client` is who asked, or the request itself where the log does not say; `time` is None where it does not say.
    """

    place: str
    client: str
    time: datetime | None
    features: ClipFeatures
    jpegs: tuple[bytes, ...]


def read_logged_clips(files: Sequence[Path], num_shown: int) -> Iterator[LoggedClip]:
    """The clips of all requests for predictions; others, such as steps of a stream, are passed over.

    Raises:
      UserError: a file is no such log.
    """
    for file in files:
        for number, request in enumerate(_requests(file), start=1):
            name = f"{file.name}, request {number}"
            try:
                for index, frames in enumerate(clips_of(request.signature, request.values), start=1):
                    yield LoggedClip(
                        place=f"{name}, clip {index}",
                        client=request.origin or name,
                        time=request.time,
                        features=measure(frames, num_shown),
                        jpegs=shown_jpegs(frames, num_shown),
                    )
            except ValueError:
                continue  # nor could the model answer


class _Request(NamedTuple):
    signature: str
    values: npt.NDArray[Any]
    origin: str
    time: datetime | None


def _requests(file: Path) -> Iterator[_Request]:
    """Requests with clips."""
    try:
        for record in read_records(str(file)):
            logged = prediction_log_pb2.PredictionLog.FromString(record)
            request, about = logged.predict_log.request, logged.log_metadata
            signature = request.model_spec.signature_name or _DEFAULT_SIGNATURE
            if signature in INPUTS and INPUTS[signature] in request.inputs:
                time = datetime.fromtimestamp(about.timestamp_secs, timezone.utc) if about.timestamp_secs else None
                values = tf.make_ndarray(request.inputs[INPUTS[signature]])
                yield _Request(signature, values, about.request_origin, time)
    except Exception as error:  # the class of protobuf's DecodeError depends on its implementation
        raise UserError(
            f"{file} is neither what clipgate serve --log-requests writes (.jsonl) nor TensorFlow Serving's log of requests "
            f"(TFRecord of PredictionLog), or it is damaged: {error}"
        ) from error
