"""clipgate weights: what is imported, what is refused, and what is listed."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from models.base_model import open_base
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.pretrained.imported import CARD_FILE
from models.pretrained.published import PUBLISHED
from tests.models.pretrained.narrow import CLASSES, TORCHVISION, narrow_presets, write_narrow
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of a narrow network, in the folder that is the current one."""
    narrow_presets(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return write_narrow(tmp_path)


def test_an_imported_file_is_a_base_model_with_a_card_and_the_configuration_is_shown(
    clipgate: Clipgate, file: Path
) -> None:
    labels = file.with_name("labels.txt")
    labels.write_text("\n".join(CLASSES) + "\n")
    done = clipgate("weights", "import", file, "-o", "kept", "--classes", labels)
    assert (done.code, done.err) == (0, "")
    folder = file.parent / f"kept/own_{TORCHVISION}"
    for line in (
        "It is not the published file",
        "trained on 16 frames of 112 x 112, 15 a second",
        "  network: r2plus1d",
        f"  preset: {TORCHVISION}",
        f"  warm_start: {{model: {folder}}}",
    ):
        assert line in done.out
    base = open_base(folder)
    assert base.card is not None and base.card.file == file.name
    assert base.classes == CLASSES


def test_a_folder_is_overwritten_on_demand_if_it_has_imported_weights(clipgate: Clipgate, file: Path) -> None:
    assert clipgate("weights", "import", file).code == 0
    done = clipgate("weights", "import", file)
    assert (done.code, "exists already; name another folder, or overwrite it with --force" in done.err) == (2, True)
    assert clipgate("weights", "import", file, "--force").code == 0
    folder = file.parent / f"weights/own_{TORCHVISION}"
    (folder / CARD_FILE).unlink()
    done = clipgate("weights", "import", file, "--force")
    assert (done.code, "exists already, and has no imported weights" in done.err) == (2, True)
    assert folder.is_dir()


def test_labels_that_are_not_one_for_each_logit_are_refused(clipgate: Clipgate, file: Path) -> None:
    labels = file.with_name("labels.txt")
    for content, problem in (
        ("run\n", "has 5 classes, and 1 labels were given"),
        ("run\nrun\n", "names a label twice"),
    ):
        labels.write_text(content)
        done = clipgate("weights", "import", file, "--classes", labels)
        assert (done.code, problem in done.err) == (2, True), done.err
    assert not (file.parent / "weights").exists()


def test_what_is_no_file_of_weights_is_refused(clipgate: Clipgate, tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (tmp_path / "trace",)

    (tmp_path / "hostile.pth").write_bytes(pickle.dumps({"weight": Hostile()}, protocol=2))
    (tmp_path / "some.txt").write_text("weights")
    for name, problem in (
        ("hostile.pth", "is no file of weights that can be read"),
        ("some.txt", "is none of these: *.pth"),
        ("nowhere.pth", "does not exist: *.pth"),
    ):
        done = clipgate("weights", "import", tmp_path / name, "-o", tmp_path / "out")
        assert (done.code, problem in done.err, "Traceback" in done.err) == (2, True, False), done.err
    assert {path.name for path in tmp_path.iterdir()} == {"hostile.pth", "some.txt"}


def test_all_that_is_known_is_listed_with_what_is_here(clipgate: Clipgate, file: Path) -> None:
    assert clipgate("weights", "import", file).code == 0
    published = file.parent / "weights" / PUBLISHED[0].file
    published.write_bytes(b"not imported yet")
    done = clipgate("weights", "list", "--json")
    found = {(one["published"] or one["card"])["name"]: one for one in json.loads(done.out)}
    assert set(found) == {one.name for one in PUBLISHED} | {f"own_{TORCHVISION}"}
    assert found[PUBLISHED[0].name]["path"] == f"weights/{PUBLISHED[0].file}"
    assert found[f"own_{TORCHVISION}"]["card"]["sha256"]
    assert found["movinet_a0_stream_kinetics600"]["path"] is None
    shown = clipgate("weights", "list").out
    assert [one.name for one in PUBLISHED if f" {one.name} " not in shown or f" {one.megabytes} " not in shown] == []


def test_the_package_that_is_installed_is_listed(clipgate: Clipgate, tmp_path: Path) -> None:
    pytest.importorskip(EFFICIENTNET_LITE0.module, reason="the extra pretrained is not installed")
    shown = clipgate("weights", "list", tmp_path, "--json").out
    (found,) = (one for one in json.loads(shown) if one["published"]["name"] == "efficientnet_lite0_imagenet")
    assert found["path"] == str(EFFICIENTNET_LITE0.find())


def test_a_damaged_folder_is_listed_as_one(clipgate: Clipgate, file: Path) -> None:
    assert clipgate("weights", "import", file).code == 0
    (file.parent / f"weights/own_{TORCHVISION}/{CARD_FILE}").write_text("{")
    *_, damaged = json.loads(clipgate("weights", "list", "--json").out)
    assert "weights.json is damaged or of another version of clipgate" in damaged["problem"]
