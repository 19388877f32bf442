"""A short version of the campaign with damaged videos; `make fuzz` runs the long one."""

from pathlib import Path

from benchmarks import mutated_videos


def test_damaged_videos_are_clips_or_rejects_and_nothing_grows(tmp_path: Path) -> None:
    result = mutated_videos.run(mutated_videos.write_seeds(tmp_path), tmp_path, count=60, seed=1)
    assert sum(result["outcomes"].values()) == 60
    assert len(result["outcomes"]) >= 3
    assert result["memory_mebibytes_at_the_end"] <= result["memory_mebibytes_after_a_tenth"] + 20
