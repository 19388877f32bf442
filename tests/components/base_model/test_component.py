"""The component that brings a base model into the pipeline."""

from pathlib import Path
from typing import Any

import pytest
from tfx.types.standard_artifacts import Model
from tfx.utils import path_utils

from components.base_model.component import BaseModelCopy, BaseModelCopyExecutor
from foundation.messages.errors import UserError
from models.base_model import BaseModel, open_base
from models.export_info import WEIGHTS_FILE, ExportInfo
from tests.models.pretrained.narrow import narrow_presets, write_narrow


def bring(base: BaseModel, folder: Path) -> Any:
    """The artifact that the component makes of a base model."""
    artifact = Model()
    artifact.uri = str(folder)
    component = BaseModelCopy(path=str(base.path), fingerprint=base.fingerprint, renamed={})
    BaseModelCopyExecutor().Do({}, {"base_model": [artifact]}, component.exec_properties)
    return artifact


def test_an_exported_model_is_copied_as_a_whole_so_that_it_outlives_its_version(tmp_path: Path) -> None:
    ExportInfo(("a", "b"), {}, {}, "key").write(tmp_path / "pushed")
    (tmp_path / "pushed" / WEIGHTS_FILE).write_bytes(b"weights")
    (tmp_path / "pushed" / "saved_model.pb").write_bytes(b"model")
    base = open_base(tmp_path / "pushed")
    artifact = bring(base, tmp_path / "artifact")
    copy = Path(path_utils.serving_model_path(artifact.uri))
    assert (copy / "saved_model.pb").read_bytes() == b"model"
    assert open_base(copy).fingerprint == base.fingerprint
    assert artifact.get_string_custom_property("fingerprint") == base.fingerprint


def test_of_a_file_of_weights_the_copy_is_a_base_model_without_a_card(tmp_path: Path) -> None:
    (tmp_path / "pretrained.weights.h5").write_bytes(b"weights")
    base = open_base(tmp_path / "pretrained.weights.h5")
    copied = open_base(Path(path_utils.serving_model_path(bring(base, tmp_path / "artifact").uri)))
    assert copied.info is None
    assert copied.fingerprint == base.fingerprint


def test_of_another_librarys_file_the_copy_has_the_weights_and_a_card_of_the_same_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow_presets(monkeypatch)
    base = open_base(write_narrow(tmp_path))
    copied = open_base(Path(path_utils.serving_model_path(bring(base, tmp_path / "artifact").uri)))
    assert (copied.card, copied.foreign) == (base.card, None)
    assert copied.fingerprint == base.fingerprint


def test_a_version_that_was_withdrawn_since_the_run_began_is_a_users_business(tmp_path: Path) -> None:
    (tmp_path / "pretrained.weights.h5").write_bytes(b"weights")
    base = open_base(tmp_path / "pretrained.weights.h5")
    assert base.fingerprint
    base.path.unlink()
    with pytest.raises(UserError, match="pretrained.weights.h5 was withdrawn or removed since the run began"):
        bring(base, tmp_path / "artifact")
