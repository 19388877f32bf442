"""An ingest that is begun again makes what is missing, and nothing else; what comes of it is that of an undisturbed one."""

from pathlib import Path

import pytest

from components.video_example_gen.work_folder import Attempt
from tests.contract.attempts import contents, ingest, write_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"), num_videos=36)


def shards_of(output: Path) -> dict[str, int]:
    """When each shard was made."""
    return {str(path.relative_to(output)): path.stat().st_mtime_ns for path in output.glob("examples/Split-*/*")}


def account_of(output: Path, shard: str) -> Path:
    """The account that belongs to a shard."""
    work = output / "examples/work"
    for account in work.glob("[0-9]*.jsonl"):
        if Path(Attempt(str(account.with_suffix(""))).path) == output / shard:
            return account
    raise AssertionError(f"{shard} has no account")


@pytest.fixture
def broken_off(data: Path, tmp_path: Path) -> Path:
    """The output of an attempt that came as far as the ledger."""
    output = tmp_path / "broken_off"
    output.mkdir()
    (output / "ledger").write_text("a file, where a folder is needed")
    with pytest.raises(FileExistsError):
        ingest(data, output)
    (output / "ledger").unlink()
    return output


def test_what_is_complete_is_not_made_again_and_what_is_not_is(data: Path, broken_off: Path, tmp_path: Path) -> None:
    ingest(data, tmp_path / "undisturbed")
    before = shards_of(broken_off)
    assert len(before) >= 5
    cut, lost, unaccounted, half_accounted, *_ = before
    (broken_off / cut).write_bytes((broken_off / cut).read_bytes()[:-1])
    (broken_off / lost).unlink()
    for shard, keep in ((unaccounted, None), (half_accounted, 1)):
        account = account_of(broken_off, shard)
        lines = account.read_text().splitlines(keepends=True)
        account.unlink()
        if keep:
            account.write_text("".join(lines[:keep]))
    (broken_off / "examples/work/00000.dead.gz").write_bytes(b"what an attempt left that died")

    ingest(data, broken_off)
    after = shards_of(broken_off)
    assert {shard for shard in before if after[shard] != before[shard]} == {cut, lost, unaccounted, half_accounted}
    assert contents(broken_off) == contents(tmp_path / "undisturbed")


def test_nothing_is_kept_of_an_execution_with_other_parameters(data: Path, broken_off: Path) -> None:
    before = max(shards_of(broken_off).values())
    (broken_off / "examples/Split-train/old.gz").touch()
    ingest(data, broken_off, seed=1)
    assert min(shards_of(broken_off).values()) > before
    assert not (broken_off / "examples/Split-train/old.gz").exists()
