"""Checkpoints of TensorFlow's: variables have the names of the objects that they belong to, and nothing is run."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from foundation.messages.errors import UserError
from models.pretrained.foreign import find_foreign
from tests.models.pretrained.checkpoint_writing import objects, write_checkpoint

KERNEL, BIAS = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(3, np.float32)
VALUES = {"layer_with_weights-0/_conv/kernel": KERNEL, "layer_with_weights-0/_conv/bias": BIAS}


def read(path: Path) -> dict[str, np.ndarray]:
    file = find_foreign(path)
    assert file is not None
    return file.read()


def test_variables_have_the_names_of_attributes_however_the_checkpoint_is_named(tmp_path: Path) -> None:
    index = write_checkpoint(tmp_path / "one" / "ckpt-1", VALUES)
    for path in (index, index.with_suffix(""), index.parent):
        tensors = read(path)
        assert tensors.keys() == VALUES.keys()
        np.testing.assert_array_equal(tensors["layer_with_weights-0/_conv/kernel"], KERNEL)


def test_only_the_model_is_read_whatever_was_saved_beside_it(tmp_path: Path) -> None:
    """Such as an optimizer, or the backbone once more under a name of its own."""
    others = {"optimizer": objects({"momentum": KERNEL}), "step": tf.Variable(3)}
    model = objects(VALUES | {"_optimizer_state/kernel": KERNEL, "loss/scale": BIAS})
    path = tf.train.Checkpoint(model=model, backbone=model, **others).write(str(tmp_path / "ckpt"))
    assert VALUES.keys() <= read(Path(path)).keys()
    assert not {name for name in read(Path(path)) if "momentum" in name or "scale" in name or "step" in name}


def test_of_a_saved_model_the_variables_are_read_and_its_graph_is_not(tmp_path: Path) -> None:
    model = tf.Module()
    model._conv = objects({"kernel": KERNEL})
    tf.saved_model.save(model, str(tmp_path / "saved"))
    (tmp_path / "saved/saved_model.pb").write_bytes(b"a graph that nobody can load")
    assert list(read(tmp_path / "saved")) == ["_conv/kernel"]


def test_a_folder_with_several_checkpoints_is_a_question(tmp_path: Path) -> None:
    for name in ("ckpt-1", "ckpt-2"):
        write_checkpoint(tmp_path / name, VALUES)
    with pytest.raises(UserError, match="has several checkpoints: ckpt-1.index, ckpt-2.index; name one"):
        find_foreign(tmp_path)


def test_a_checkpoint_without_its_values_is_refused(tmp_path: Path) -> None:
    index = write_checkpoint(tmp_path / "ckpt", VALUES)
    next(tmp_path.glob("ckpt.data-*")).unlink()
    with pytest.raises(UserError, match="ckpt.index has no ckpt.data-.* beside it, which has the values"):
        find_foreign(index)


@pytest.mark.parametrize("part", ["index", "data"])
def test_a_truncated_checkpoint_is_refused(part: str, tmp_path: Path) -> None:
    index = write_checkpoint(tmp_path / "ckpt", VALUES)
    damaged = index if part == "index" else next(tmp_path.glob("ckpt.data-*"))
    whole = damaged.read_bytes()
    for end in (0, len(whole) // 3, len(whole) - 1):
        damaged.write_bytes(whole[:end])
        with pytest.raises(UserError, match=r"ckpt (is no checkpoint that can be read|claims)"):
            read(index)


def test_what_is_no_checkpoint_of_objects_is_refused(tmp_path: Path) -> None:
    tf.raw_ops.SaveV2(prefix=str(tmp_path / "ckpt"), tensor_names=["a"], shape_and_slices=[""], tensors=[KERNEL])
    with pytest.raises(UserError, match="without a table of objects"):
        read(tmp_path / "ckpt")
