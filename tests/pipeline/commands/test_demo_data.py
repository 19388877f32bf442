"""clipgate demo-data writes into a folder of its own."""

from collections.abc import Callable
from pathlib import Path

from tests.pipeline.commands.conftest import Done


def test_a_folder_with_other_things_is_refused(clipgate: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"")
    done = clipgate("demo-data", tmp_path)
    assert (done.code, "holds other things, such as thesis.docx; name a folder" in " ".join(done.err.split())) == (
        2,
        True,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
