"""The two kinds of files, their tensors' names, and the runtimes that read them. No TensorFlow here until a file is opened."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy.typing as npt

CLIP, FRAME, NEXT = "clip", "frame", "next_"
PROBABILITIES, BOXES = "probabilities", "boxes"

Kind = Literal["tflite", "onnx"]
Tensors = Mapping[str, npt.NDArray[Any]]


class NotConvertibleError(Exception):
    """A network has operations that a kind of file lacks; `operations` are their names in TensorFlow, if they are known."""

    def __init__(self, operations: tuple[str, ...], message: str = "") -> None:
        super().__init__(message)
        self.operations = operations


class DeviceModel(Protocol):
    """A file that was opened."""

    def __call__(self, inputs: Tensors) -> Tensors:
        """The outputs by their names."""


def open_file(path: Path, kind: Kind) -> DeviceModel:
    """Open a file with its runtime, which has one thread: others would wait in a loop for work, also where cores are few."""
    return _Lite(path) if kind == "tflite" else _Onnx(path)


class _Lite:
    def __init__(self, path: Path) -> None:
        import tensorflow as tf

        self._interpreter = tf.lite.Interpreter(str(path), num_threads=1)
        self._run = self._interpreter.get_signature_runner()

    def __call__(self, inputs: Tensors) -> Tensors:
        return dict(self._run(**inputs))


class _Onnx:
    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]

    def __call__(self, inputs: Tensors) -> Tensors:
        return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))
