"""Files of records in one folder: how much they take, which of them go, and several processes that write at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.serve.log_files import LogFiles

LINE = b"x" * 99 + b"\n"
MAX_BYTES = 16_000  # sixteen files of ten lines


def open_log(folder: Path) -> LogFiles:
    return LogFiles(folder, "requests-", ".jsonl", MAX_BYTES)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("requests-*"))


def lines(folder: Path) -> list[bytes]:
    return [line for path in sorted(folder.glob("requests-*")) for line in path.read_bytes().splitlines()]


def test_the_oldest_records_make_room_for_new_ones(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    for number in range(1000):
        assert log.append(b"%099d\n" % number)
        assert size(tmp_path) <= MAX_BYTES
    log.close()
    kept = [int(line) for line in lines(tmp_path)]
    assert kept == list(range(1000 - len(kept), 1000)) and len(kept) >= 140


def test_several_writers_keep_to_the_size_together_and_lose_no_whole_line(tmp_path: Path) -> None:
    def write(_: int) -> int:
        log = open_log(tmp_path)
        num_written = sum(log.append(LINE) for _ in range(300))
        log.close()
        return num_written

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(write, range(4))) == [300] * 4
    assert set(lines(tmp_path)) == {LINE.strip()} and MAX_BYTES / 2 < size(tmp_path) <= MAX_BYTES


def test_files_that_are_being_written_are_not_removed_and_more_writers_than_there_is_room_for_are_refused(
    tmp_path: Path,
) -> None:
    logs = [open_log(tmp_path) for _ in range(17)]
    assert [log.append(LINE) for log in logs] == [True] * 16 + [False]
    logs[0].close()
    assert logs[16].append(LINE)


def test_a_line_that_no_file_could_hold_is_refused(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    assert not log.append(b"x" * 2000)
    assert log.append(LINE)


def test_what_was_killed_leaves_room_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "requests-1.jsonl").write_bytes(LINE * 150)
    (tmp_path / "notes.txt").write_text("mine")
    log = open_log(tmp_path)
    for _ in range(200):
        assert log.append(LINE)
    assert not (tmp_path / "requests-1.jsonl").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        open_log(tmp_path / "file")
