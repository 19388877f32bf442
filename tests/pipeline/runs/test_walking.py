"""Which models saw a video, also through the models that their trainings began from."""

import json
from pathlib import Path

from pipeline.runs.history import Execution
from pipeline.runs.record import RunRecord
from pipeline.runs.walking import Model, sights


def model(folder: Path, number: int, base: str = "", videos: dict[str, str] | None = None) -> Model:
    """A model of which the version has its number; `videos`: the split of each."""
    ledger = folder / str(number) if videos is not None else None
    if ledger:
        ledger.mkdir()
        entries = [{"video": video, "split": split, "clips": 2} for video, split in (videos or {}).items()]
        (ledger / "accepted.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    run = RunRecord(number=number, name="test", began_at="", config_file="", config={}, base_model=base)
    return Model(Execution(number, "Trainer", str(number), "complete"), run, (str(number),), ledger)


def test_a_model_has_seen_what_its_base_has_seen(tmp_path: Path) -> None:
    models = [
        model(tmp_path, 1, videos={"a.mp4": "train", "b.mp4": "test"}),
        model(tmp_path, 2, base="serving/action/1", videos={"b.mp4": "train"}),
        model(tmp_path, 3, base="serving/action/2", videos={}),
    ]
    first, second, third = sights(models, "a.mp4")
    assert (first.clips, first.base) == ({"train": 2}, None)
    assert second.clips == {} and second.base == first
    assert third.clips == {} and third.base == second


def test_what_nobody_knows_is_not_taken_for_nothing(tmp_path: Path) -> None:
    models = [model(tmp_path, 1), model(tmp_path, 2, base="/elsewhere/7", videos={})]
    removed, elsewhere = sights(models, "a.mp4")
    assert removed.clips is None
    assert (elsewhere.clips, elsewhere.base, elsewhere.unknown_base) == ({}, None, "/elsewhere/7")


def test_names_that_only_look_alike_are_others(tmp_path: Path) -> None:
    (found,) = sights([model(tmp_path, 1, videos={'new "a.mp4" one': "train", "a.mp4 ": "train"})], "a.mp4")
    assert found.clips == {}
