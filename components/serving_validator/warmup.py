"""Warm-up requests: TensorFlow Serving sends them to a model when it loads it, so that the first client does not wait.

Source: https://www.tensorflow.org/tfx/serving/saved_model_warmup.
"""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from components.serving_validator.served import Tensors

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"


def write_warmup(model_dir: Path, model_name: str, requests: Mapping[str, Tensors]) -> None:
    """Write requests, given by signature, into an exported model."""
    path = model_dir / WARMUP_FILE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in requests.items():
            request = predict_pb2.PredictRequest()
            request.model_spec.name = model_name
            request.model_spec.signature_name = signature
            for name, value in inputs.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            log = prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
            writer.write(log.SerializeToString())


def read_warmup(model_dir: Path) -> dict[str, Tensors]:
    """The requests in an exported model, by signature."""
    requests: dict[str, Tensors] = {}
    for record in tf.data.TFRecordDataset(str(model_dir / WARMUP_FILE)).as_numpy_iterator():
        request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
        requests[request.model_spec.signature_name] = inputs
    return requests
