"""From real videos to spans, by a model that looks at nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.queues import Windows
from pipeline.suggestion.looking import Looking, VideoPart, least_sure
from pipeline.suggestion.seeing import Answers, reduced
from pipeline.suggestion.windows import Bounds
from tests.components.video.videos import write_video
from tests.pipeline.suggestion.spanning import span


def constant(clips: Sequence[Sequence[bytes]]) -> Answers:
    return Answers(np.array([[0.7, 0.3]] * len(clips), np.float32), np.ones((len(clips), 2), np.float32))


@pytest.fixture
def looking() -> Iterator[Looking]:
    with Decoder() as decoder:
        yield Looking(constant, SamplingConfig(num_frames=4, short_side=48), Windows((1.0,), 0.5), decoder)


def test_free_and_known_spans_of_a_video_are_found_and_a_broken_video_costs_no_other(
    looking: Looking, tmp_path: Path
) -> None:
    write_video(tmp_path / "a.mp4", 40)
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 200)
    root = LocalRoot(tmp_path)
    progress: list[tuple[float, float]] = []
    for name in ("broken.mp4", "a.mp4"):
        looking.look(VideoPart(root, name, "ann", (Bounds(0.0, 1.0),)), lambda *done: progress.append(done))
    found = looking.finish()
    assert [(each.start_seconds, each.end_seconds) for each in found.free] == [(1.0, 2.0), (2.0, 3.0), (3.0, 4.0)]
    assert [(each.video, each.group, each.start_seconds) for each in found.known] == [("a.mp4", "ann", 0.0)]
    assert list(found.broken) == ["broken.mp4"]
    assert found.broken["broken.mp4"].startswith("video_unreadable: ")
    assert progress[-1] == pytest.approx((4.0, 4.0))


def test_of_a_video_that_is_only_known_nothing_is_free(looking: Looking, tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 40)
    looking.look(VideoPart(LocalRoot(tmp_path), "a.mp4", "", (Bounds(0.0, 1.0),), is_wanted=False), lambda *done: None)
    found = looking.finish()
    assert (len(found.free), len(found.known)) == (0, 1)


def test_of_too_many_spans_those_stay_that_the_model_is_least_sure_of() -> None:
    spans = [span(f"{number}.mp4", (value, 1 - value, 0.0)) for number, value in enumerate((0.9, 0.5, 0.8, 0.6))]
    assert [each.video for each in least_sure(spans, 2)] == ["1.mp4", "3.mp4"]
    assert least_sure(spans, 9) == spans


def test_features_are_about_as_far_apart_when_they_are_fewer() -> None:
    features = np.random.default_rng(0).normal(size=(20, 5000)).astype(np.float32)
    few = reduced(features)
    assert few.shape == (20, 512)
    distances, found = (np.linalg.norm(each[1:] - each[:-1], axis=1) for each in (features, few))
    np.testing.assert_allclose(found / distances, 1, atol=0.2)
    assert reduced(features[:, :8]).shape == (20, 8)
