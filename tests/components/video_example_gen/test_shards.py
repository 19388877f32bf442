"""Shards are written by several decoders at a time; how many they are cannot be seen in what they write."""

import dataclasses
import gzip
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from components.annotations.records.record import Segment, Source
from components.video.config import SamplingConfig
from components.video_example_gen.ingest import VideoTask
from components.video_example_gen.shards import IngestSettings, WriteShards
from components.video_example_gen.work_folder import Attempt, Shard, WorkFolder, empty_folder
from foundation.messages.errors import MachineError, UserError
from foundation.messages.progress import PROGRESS_LOGGER
from tests.components.video.killing import one_decoder_killed
from tests.components.video.videos import write_video

NUM_VIDEOS = 7


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("videos")
    for number in range(NUM_VIDEOS - 1):
        write_video(folder / f"{number}.mp4", 6 + number, first=number)
    (folder / f"{NUM_VIDEOS - 1}.mp4").write_bytes(b"no video")
    return folder


def settings(videos: Path, decoders: int) -> IngestSettings:
    sampling = SamplingConfig(num_frames=4, short_side=16)
    return IngestSettings(str(videos), (), sampling, None, None, NUM_VIDEOS, decoders)


def make_shards(folder: Path) -> list[Shard]:
    """One for each video."""
    names = [f"{number}.mp4" for number in range(NUM_VIDEOS)]
    segments = [Segment(name, "wave", Source("labels.csv", row)) for row, name in enumerate(names, start=2)]
    tasks = [VideoTask(segment.video, (segment,), "train") for segment in segments]
    return [Shard(f"{folder}/examples/{task.video}.gz", (task,)) for task in tasks]


def carry_out(writer: WriteShards, orders: list[str]) -> None:
    """As Beam does."""
    writer.setup()
    try:
        writer.start_bundle()
        for order in orders:
            writer.process(order)
        writer.finish_bundle()
    finally:
        writer.teardown()


def test_the_number_of_decoders_changes_neither_examples_nor_accounts(videos: Path, tmp_path: Path) -> None:
    results = []
    for decoders in (1, 3):
        folder = tmp_path / str(decoders)
        work = WorkFolder(f"{folder}/work")
        orders = work.put(make_shards(folder))
        carry_out(WriteShards(settings(videos, decoders)), orders)
        entries = list(work.take_accounts(orders))
        results.append(({path.name: path.read_bytes() for path in (folder / "examples").iterdir()}, entries))
    assert results[0] == results[1]
    files, entries = results[0]
    assert sorted(files) == [f"{number}.mp4.gz" for number in range(NUM_VIDEOS)]
    assert [entry["reason"] for entry in entries] == [None] * (NUM_VIDEOS - 1) + ["video_unreadable"] * 2


def test_a_decoder_that_is_killed_costs_no_row_and_changes_no_byte(
    videos: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def carried_out(folder: Path) -> tuple[list[bytes], list[dict[str, Any]]]:
        work = WorkFolder(f"{folder}/work")
        shards = make_shards(folder)[:-1]
        orders = work.put(shards)
        carry_out(WriteShards(settings(videos, 2)), orders)
        return [Path(shard.path).read_bytes() for shard in shards], list(work.take_accounts(orders))

    undisturbed = carried_out(tmp_path / "undisturbed")
    caplog.set_level(logging.INFO, PROGRESS_LOGGER)
    with one_decoder_killed(videos / "2.mp4"):
        disturbed = carried_out(tmp_path / "disturbed")
    assert "the decoder was ended by SIGKILL" in caplog.text
    assert disturbed == undisturbed
    assert [entry["reason"] for entry in disturbed[1]] == [None] * (NUM_VIDEOS - 1)


def test_a_decoder_that_cannot_start_ends_the_ingest_and_rejects_nothing(
    videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    work = WorkFolder(f"{tmp_path}/work")
    orders = work.put(make_shards(tmp_path))
    with pytest.raises(MachineError, match="the process that decodes videos did not start"):
        carry_out(WriteShards(settings(videos, 2)), orders)
    assert not (tmp_path / "examples").exists()


def test_nothing_is_left_of_the_orders_nor_of_attempts_that_died(videos: Path, tmp_path: Path) -> None:
    work = WorkFolder(f"{tmp_path}/work")
    orders = work.put(make_shards(tmp_path)[:1])
    Path(Attempt(orders[0]).shard_path).write_bytes(b"half")
    carry_out(WriteShards(settings(videos, 1)), orders)
    assert len(list(work.take_accounts(orders))) == 1
    work.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["examples"]
    assert len(list((tmp_path / "examples").iterdir())) == 1


def test_attempts_at_once_do_not_disturb_each_other(videos: Path, tmp_path: Path) -> None:
    alone, together = WorkFolder(f"{tmp_path}/alone/work"), WorkFolder(f"{tmp_path}/together/work")
    orders = alone.put(make_shards(tmp_path / "alone"))
    carry_out(WriteShards(settings(videos, 1)), orders)
    expected = list(alone.take_accounts(orders))
    orders = together.put(make_shards(tmp_path / "together"))
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: carry_out(WriteShards(settings(videos, 1)), orders), range(2)))
    assert list(together.take_accounts(orders)) == expected
    together.remove()
    for path in (tmp_path / "alone/examples").iterdir():
        assert (tmp_path / "together/examples" / path.name).read_bytes() == path.read_bytes()


def test_an_attempt_that_outlives_the_ingest_changes_nothing(videos: Path, tmp_path: Path) -> None:
    work = WorkFolder(f"{tmp_path}/work")
    orders = work.put(make_shards(tmp_path)[:1])
    late = Attempt(orders[0])
    Path(late.shard_path).write_bytes(b"as far as it came")
    carry_out(WriteShards(settings(videos, 1)), orders)
    work.remove()
    (shard,) = (tmp_path / "examples").iterdir()
    content = shard.read_bytes()
    with pytest.raises(tf.errors.NotFoundError):
        late.complete()
    assert [path.name for path in tmp_path.rglob("*")] == ["examples", shard.name]
    assert shard.read_bytes() == content


def test_what_goes_wrong_with_one_shard_is_raised_and_leaves_no_half_file(videos: Path, tmp_path: Path) -> None:
    work = WorkFolder(f"{tmp_path}/work")
    first, second, *others = make_shards(tmp_path)
    (tmp_path / "taken").write_text("a file, where a folder is needed")
    bad = dataclasses.replace(second, path=f"{tmp_path}/taken/x.gz")
    orders = work.put([bad, first, *others])
    with pytest.raises(Exception, match="taken"):
        carry_out(WriteShards(settings(videos, 1)), orders)
    for shard in (first, *others):
        path = Path(shard.path)
        # Whichever came to their end before that are whole; of what is no video there is no clip.
        assert not path.exists() or bool(gzip.decompress(path.read_bytes())) == (shard != others[-1])


def test_a_root_that_is_gone_is_a_users_mistake(videos: Path, tmp_path: Path) -> None:
    writer = WriteShards(settings(videos / "gone", 1))
    with pytest.raises(UserError, match=r"data\.videos"):
        writer.setup()


def test_what_lay_in_a_folder_is_gone_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "examples" / "Split-train").mkdir(parents=True)
    (tmp_path / "examples" / "Split-train" / "old.gz").touch()
    (tmp_path / "examples" / "old.json").touch()
    empty_folder(f"{tmp_path}/examples")
    assert list((tmp_path / "examples").iterdir()) == []
    empty_folder(f"{tmp_path}/none")
    assert not (tmp_path / "none").exists()
