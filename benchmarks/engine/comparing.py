"""What stages have made in two places, beside each other: each function gives in words what is not the same, or nothing."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_data_validation as tfdv
import tensorflow_model_analysis as tfma
import tensorflow_transform as tft
from google.protobuf import json_format

# Sums of floating-point numbers in another order, and float32 probabilities of other batches, differ in the last digits.
RELATIVE_BOUND = 1e-5


def files_of(folder: Path) -> dict[str, bytes]:
    """The content of all files below a folder, by their paths there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def differences_of_bytes(here: Path, there: Path) -> Iterator[str]:
    """To the byte, and by name: of Examples and ledger."""
    one, other = files_of(here), files_of(there)
    yield from (
        f"{name}: not the same bytes" for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)
    )


def differences_of_statistics(here: Path, there: Path) -> Iterator[str]:
    """Feature by feature; numbers may differ by RELATIVE_BOUND, all else is equal."""
    for split in sorted(path.name for path in here.iterdir()):
        one, other = (_features(folder / split / "FeatureStats.pb") for folder in (here, there))
        for name in sorted(one.keys() | other.keys()):
            if not are_close(one.get(name), other.get(name)):
                yield f"{split}: {name}: not the same statistics"


def differences_of_transform(here: Path, there: Path, examples: Path) -> Iterator[str]:
    """What two graphs make of the first Example: they sum integers, so not even the order of a sum shows."""
    (record,) = tf.data.TFRecordDataset(sorted(map(str, examples.glob("*.gz"))), "GZIP").take(1).as_numpy_iterator()
    one, other = (_transformed(folder, record) for folder in (here, there))
    for name in sorted(one.keys() | other.keys()):
        if name not in one or name not in other or not np.array_equal(one[name], other[name]):
            yield f"{name}: {_largest(one.get(name), other.get(name))}"


def differences_of_metrics(here: Path, there: Path) -> Iterator[str]:
    """Slice by slice; numbers may differ by RELATIVE_BOUND, all else is equal."""
    one, other = (dict(_metrics(folder)) for folder in (here, there))
    for key in sorted(one.keys() | other.keys()):
        if key not in one or key not in other:
            yield f"{key}: only {'here' if key in one else 'on the engine'}"
        elif not are_close(one[key], other[key]):
            yield f"{key}: {_shortened(one[key])} here, {_shortened(other[key])} on the engine"


def differences_of_rows(here: Path, there: Path) -> Iterator[str]:
    """Tables of predictions, `.jsonl`, whose rows come in any order; numbers may differ by RELATIVE_BOUND."""
    one, other = (_rows(folder.with_suffix(".jsonl")) for folder in (here, there))
    if len(one) != len(other):
        yield f"{len(one)} rows here, {len(other)} on the engine"
    for mine, theirs in zip(one, other, strict=False):
        if not are_close(mine, theirs):
            yield f"{mine['segment_id']}: {theirs} on the engine"


def are_close(one: Any, other: Any) -> bool:
    """Of what JSON holds: numbers within RELATIVE_BOUND, in the same places of the same things."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(are_close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(are_close, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return bool(np.isclose(one, other, rtol=RELATIVE_BOUND, atol=RELATIVE_BOUND, equal_nan=True))
    return bool(one == other)


def _features(path: Path) -> dict[str, Any]:
    (dataset,) = tfdv.load_stats_binary(str(path)).datasets
    return {".".join(each.path.step): json_format.MessageToDict(each) for each in dataset.features}


def _transformed(graph: Path, record: bytes) -> dict[str, Any]:
    output = tft.TFTransformOutput(str(graph))
    parsed = tf.io.parse_example(tf.constant([record]), output.raw_feature_spec())
    return {name: np.asarray(tensor) for name, tensor in output.transform_features_layer()(parsed).items()}


def _rows(path: Path) -> list[dict[str, Any]]:
    return sorted(map(json.loads, path.read_text().splitlines()), key=lambda row: str(row["segment_id"]))


def _largest(one: Any, other: Any) -> str:
    if one is None or other is None or one.dtype.kind not in "fiu":
        return "not the same"
    return f"differs by up to {np.max(np.abs(one.astype(float) - other.astype(float))):.2g}"


def _metrics(folder: Path) -> Iterator[tuple[str, Any]]:
    for record in tfma.load_metrics(str(folder)):
        where = ", ".join(sorted(str(json_format.MessageToDict(key)) for key in record.slice_key.single_slice_keys))
        for item in record.metric_keys_and_values:
            yield f"{where or 'all'}: {json_format.MessageToDict(item.key)}", value_of(item.value)


def value_of(metric: Any) -> Any:
    """What a metric says; those of clipgate are JSON in bytes."""
    return json.loads(metric.bytes_value) if metric.bytes_value else json_format.MessageToDict(metric)


def _shortened(value: Any) -> str:
    return textwrap.shorten(repr(value), 200)
