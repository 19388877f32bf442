"""JSON as TensorFlow Serving's REST API writes it, to tensors and back."""

import base64
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from pipeline.serve.errors import ServeError
from pipeline.serve.json_tensors import parse_request, read_inputs, signature_name, to_json, to_tensor, write_outputs
from pipeline.serve.signatures import STRING, Signature, TensorSpec

FLOAT, BYTE, TEXT = (TensorSpec(np.dtype(name), None) for name in ("float32", "uint8", "object"))
ONE = Signature("one", {"frames": BYTE}, {})
TWO = Signature("two", {"a": FLOAT, "tag": TEXT}, {})


def b64(value: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(value).decode()}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "JSON Parse error: The document is empty"),
        (b'{"instances": [1', "JSON Parse error: Expecting ',' delimiter at offset: 16"),
        (b'{"a": "\xff"}', "JSON Parse error: Invalid encoding in string. at offset: 7"),
        (b"[" * 100_000, "JSON Parse error: lists or objects are nested too deeply"),
        (b'{"instances": [' + b"9" * 5000 + b"]}", "JSON Parse error: Exceeds the limit"),
        (b"[1]", "JSON Value: [1] Is not object"),
    ],
)
def test_what_is_no_json_object_is_an_invalid_argument(body: bytes, message: str) -> None:
    with pytest.raises(ServeError, match="INVALID|JSON") as caught:
        read_inputs(parse_request(body), ONE)
    assert caught.value.message.startswith(message)


def test_a_request_names_its_signature_by_a_string() -> None:
    assert signature_name({}) == ""
    assert signature_name({"signature_name": "evaluate"}) == "evaluate"
    with pytest.raises(ServeError, match="must be a string"):
        signature_name({"signature_name": 3})


def test_rows_of_one_input_are_values_or_objects() -> None:
    for rows in ([[1, 2], [3, 4]], [{"frames": [1, 2]}, {"frames": [3, 4]}]):
        tensor = read_inputs({"instances": rows}, ONE)["frames"]
        assert (tensor.dtype, tensor.tolist()) == (np.uint8, [[1, 2], [3, 4]])


def test_rows_and_columns_give_the_same_tensors() -> None:
    rows = {"instances": [{"a": 1, "tag": "x"}, {"a": 2.5, "tag": b64(b"\xff\0")}]}
    columns = {"inputs": {"a": [1, 2.5], "tag": ["x", b64(b"\xff\0")]}}
    for request in (rows, columns):
        inputs = read_inputs(request, TWO)
        assert (inputs["a"].dtype, inputs["a"].tolist()) == (np.float32, [1, 2.5])
        assert (inputs["tag"].dtype, inputs["tag"].tolist()) == (STRING, [b"x", b"\xff\0"])


def test_columns_of_one_input_need_no_name_and_may_be_a_scalar() -> None:
    assert read_inputs({"inputs": 7}, ONE)["frames"].shape == ()
    assert read_inputs({"inputs": {"frames": [7]}}, ONE)["frames"].shape == (1,)
    text = Signature("text", {"image": TEXT}, {})
    assert read_inputs({"inputs": b64(b"jpeg")}, text)["image"].item() == b"jpeg"


@pytest.mark.parametrize(
    ("signature", "request_", "message"),
    [
        (ONE, {}, "Missing 'inputs' or 'instances' key"),
        (ONE, {"inputs": [1], "instances": [1]}, "only one of"),
        (ONE, {"instances": 3}, "to be an list/array"),
        (ONE, {"instances": []}, "No values in 'instances' array"),
        (
            ONE,
            {"instances": [{"frame": 1}]},
            "element: 0 of 'instances' list. JSON object keys must be equal to: frames",
        ),
        (ONE, {"instances": [{"frames": 1}, 2]}, "element: 1 of 'instances'"),
        (ONE, {"inputs": {"frames": 1, "more": 2}}, "does not have named input: more"),
        (TWO, {"instances": [1]}, "plain list; expected a list of objects with keys a,tag"),
        (TWO, {"inputs": [1]}, "expected an object with keys a,tag"),
        (TWO, {"inputs": {"a": [1]}}, "Missing named input: tag"),
        (ONE, {"instances": [[1, 2], [3]]}, "unexpected size: 1 at level: 1 expected size: 2"),
        (ONE, {"instances": [[1], 2]}, "JSON Value: 2 found at incorrect level: 1"),
        (ONE, {"instances": [1, [2]]}, "Encountered list at unexpected level: 1"),
        (ONE, {"instances": [[], [1]]}, "unexpected size: 1 at level: 1 expected size: 0"),
        (ONE, {"instances": ["1"]}, "JSON Value: 1 Type: String is not of expected type: uint8"),
        (ONE, {"instances": [True]}, "JSON Value: True Type: True is not of expected type: uint8"),
        (ONE, {"instances": [1.0]}, "Type: Number is not of expected type: uint8"),
        (ONE, {"instances": [None]}, "Type: Null"),
        (ONE, {"instances": [256]}, "JSON Value: 256 is out of range for type: uint8"),
        (ONE, {"instances": [-1]}, "JSON Value: -1 is out of range"),
        (ONE, {"instances": [10**30]}, "is out of range"),
        (TWO, {"inputs": {"a": [10**400], "tag": ["x"]}}, "without loss of precision"),
        (TWO, {"inputs": {"a": [1], "tag": [3]}}, "not of expected type: string"),
        (TWO, {"inputs": {"a": [1], "tag": [{"b64": "%"}]}}, "Unable to base64 decode"),
        (TWO, {"inputs": {"a": [1], "tag": [{"b64": 3}]}}, "not formatted correctly for base64"),
        (TWO, {"inputs": {"a": [1], "tag": ["\ud800"]}}, "surrogate"),
    ],
)
def test_a_wrong_value_is_named(signature: Signature, request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ServeError) as caught:
        read_inputs(request_, signature)
    assert message in caught.value.message


def test_lists_nested_deeper_than_any_tensor_are_refused() -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    with pytest.raises(ServeError, match="nested deeper"):
        to_tensor(value, BYTE)


def test_base64_may_lack_its_padding() -> None:
    assert to_tensor({"b64": "YQ"}, TEXT).item() == b"a"


def test_long_values_are_cut_in_messages() -> None:
    with pytest.raises(ServeError) as caught:
        to_tensor(["x" * 10_000], BYTE)
    assert len(caught.value.message) < 200


@given(
    st_np.arrays(
        st.sampled_from([np.float32, np.float64, np.float16, np.int64, np.uint8, np.bool_]),
        st_np.array_shapes(min_dims=0, max_dims=4, min_side=1),
    )
)
def test_a_tensor_survives_the_way_to_json_and_back(tensor: np.ndarray) -> None:
    text = json.dumps({"inputs": to_json(tensor)})
    again = read_inputs(parse_request(text.encode()), Signature("s", {"x": TensorSpec(tensor.dtype, None)}, {}))["x"]
    assert again.dtype == tensor.dtype
    np.testing.assert_array_equal(again, tensor)


@given(st.lists(st.binary(), min_size=1))
def test_strings_survive_even_when_they_are_no_text(strings: list[bytes]) -> None:
    tensor = np.empty(len(strings), object)
    tensor[:] = strings
    assert to_tensor(to_json(tensor), TEXT).tolist() == strings
    assert to_tensor(to_json(tensor, binary=True), TEXT).tolist() == strings


def test_numbers_are_written_as_short_as_they_can_be() -> None:
    assert to_json(np.array([0.1, 1], np.float32)) == [0.1, 1.0]
    nan, infinity = to_json(np.array([math.nan, -math.inf], np.float32))
    assert math.isnan(nan)
    assert infinity == -math.inf


def test_answers_have_the_format_of_their_requests() -> None:
    label = np.array([b"walk", b"sit"], object)
    scores = np.array([[0.5, 0.5], [1, 0]], np.float32)
    assert write_outputs({"label": label}, in_rows=True) == {"predictions": ["walk", "sit"]}
    assert write_outputs({"label": label}, in_rows=False) == {"outputs": ["walk", "sit"]}
    both = {"label": label, "scores": scores}
    assert write_outputs(both, in_rows=True) == {
        "predictions": [{"label": "walk", "scores": [0.5, 0.5]}, {"label": "sit", "scores": [1.0, 0.0]}]
    }
    assert write_outputs(both, in_rows=False)["outputs"]["scores"] == [[0.5, 0.5], [1.0, 0.0]]
    assert write_outputs({"image_bytes": label}, in_rows=True)["predictions"][0] == b64(b"walk")


def test_outputs_without_a_common_batch_axis_need_columns() -> None:
    outputs = {"a": np.zeros(2), "b": np.zeros(3)}
    with pytest.raises(ServeError, match="send 'inputs'"):
        write_outputs(outputs, in_rows=True)
    assert write_outputs(outputs, in_rows=False)["outputs"]["b"] == [0, 0, 0]
