"""What a client may send to a signature."""

import numpy as np
import pytest

from pipeline.serve.errors import ServeError
from pipeline.serve.signatures import STRING, Signature, Tensor, TensorSpec

FRAMES = TensorSpec(np.dtype("uint8"), (None, None, 3))
SIGNATURE = Signature("predict_frames", {"frames": FRAMES}, {"label": TensorSpec(STRING, (None,))})


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        (
            "frame",
            np.zeros((1, 1, 3), np.uint8),
            "input size does not match signature: 1!=1 len({frame}) != len({frames}). "
            "Sent extra: {frame}. Missing but required: {frames}.",
        ),
        (
            "frames",
            np.zeros((1, 1, 3), np.float32),
            "input frames of predict_frames is uint8 [?,?,3]; received: float32 [1,1,3]",
        ),
        ("frames", np.zeros((1, 3), np.uint8), "received: uint8 [1,3]"),
        ("frames", np.zeros((1, 1, 4), np.uint8), "received: uint8 [1,1,4]"),
        ("frames", np.array([b"x"], object), "received: string [1]"),
    ],
)
def test_wrong_names_types_and_shapes_are_named(name: str, tensor: Tensor, message: str) -> None:
    with pytest.raises(ServeError) as caught:
        SIGNATURE.check({name: tensor})
    assert message in caught.value.message


def test_the_batch_size_is_the_one_that_all_inputs_have() -> None:
    two = Signature("step", {"a": FRAMES, "b": FRAMES}, {"c": FRAMES})
    one, three = np.zeros((1, 1, 3), np.uint8), np.zeros((3, 1, 3), np.uint8)
    assert two.batch_size({"a": three, "b": three}) == 3
    assert two.batch_size({"a": three, "b": one}) is None


@pytest.mark.parametrize("shape", [None, (), (2,)])
def test_one_output_without_a_batch_axis_suffices_for_none(shape: tuple[int, ...] | None) -> None:
    signature = Signature("s", {"a": FRAMES}, {"b": TensorSpec(STRING, shape)})
    assert signature.batch_size({"a": np.zeros((1, 1, 3), np.uint8)}) is None


def test_any_shape_is_accepted_where_the_signature_says_none() -> None:
    assert TensorSpec(STRING, None).accepts(np.empty((2, 2), object))
    assert str(TensorSpec(STRING, None)) == "string of any shape"
