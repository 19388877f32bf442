"""Converts in a process of its own: converters are native code that was seen to end its process, and they fill stderr.

`python -m models.devices.convert EVENTS_FD JOB` writes one JSON object to the file descriptor: what became of the job.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from foundation.messages.errors import UserError
from foundation.processes import end_with_parent
from models.config import ModelConfig
from models.devices.files import NEXT, Kind, NotConvertibleError, Tensors
from models.devices.network import clip_function, frame_function, load_network
from models.devices.to_tflite import to_tflite
from models.export_info import read_export_info


class ConversionJob(NamedTuple):
    """An exported model and the file to write.

    `representative`: for int8 a file of NumPy (.npz), uint8 `clips` [clips, num_frames, height, width, 3]; empty for float32.
    `streaming`: the network's step for one frame.
    """

    version: str
    kind: Kind
    output: str
    streaming: bool = False
    representative: str = ""


def convert(job: ConversionJob) -> None:
    """Write the file.

    Raises:
      NotConvertibleError: an operation of the network cannot be converted.
      UserError: the export's weights cannot be used.
    """
    info = read_export_info(Path(job.version))
    network = load_network(Path(job.version), info)
    labels = ModelConfig.model_validate(info.model).labels
    make = frame_function if job.streaming else clip_function
    device = make(network, labels, info.heads)
    if job.kind == "tflite":
        clips = np.load(job.representative)["clips"] if job.representative else np.empty(0)
        content = to_tflite(device, network, representative_inputs(device, clips, streaming=job.streaming))
    else:
        from models.devices.to_onnx import to_onnx  # an extra, which TensorFlow Lite does not need

        content = to_onnx(device)
    Path(job.output).write_bytes(content)


def representative_inputs(device: Any, clips: Any, *, streaming: bool) -> list[Tensors]:
    """What the function is given for clips, uint8 [clips, num_frames, height, width, 3]; of a stream at each of its frames."""
    if not streaming:
        return [{device.inputs[0].name: clip[np.newaxis].astype(np.float32)} for clip in clips]
    frame, *state = device.inputs
    inputs: list[Tensors] = []
    for clip in clips:
        values = {spec.name: np.zeros(spec.shape, spec.dtype.as_numpy_dtype) for spec in state}
        for image in clip:
            inputs.append({frame.name: image[np.newaxis, np.newaxis].astype(np.float32), **values})
            answer = device.function(*(inputs[-1][spec.name] for spec in device.inputs))
            values = {spec.name: answer[NEXT + spec.name].numpy() for spec in state}
    return inputs


def main() -> None:
    end_with_parent()
    events_fd, job = sys.argv[1:]
    with os.fdopen(int(events_fd), "w") as events:
        try:
            convert(ConversionJob(**json.loads(job)))
            result: dict[str, Any] = {"converted": True}
        except NotConvertibleError as error:
            result = {"operations": error.operations, "message": str(error)}
        except UserError as error:
            result = {"wrong_input": str(error)}
        except Exception as error:
            result = {
                "operations": [],
                "message": f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}",
            }
        print(json.dumps(result), file=events, flush=True)


if __name__ == "__main__":
    main()
