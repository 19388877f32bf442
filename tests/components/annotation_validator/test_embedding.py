"""From real videos to features of their segments."""

from pathlib import Path

import numpy as np

from components.annotation_validator.embedding import embed_videos
from components.storage.root import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.tasks import Span
from models.config import ModelConfig
from models.embedding import FeatureExtractor
from tests.components.annotations.checks.making import inputs_of, segment
from tests.components.video.videos import write_video
from tests.models.exported import save_network


def test_each_segment_has_the_features_of_its_clip(tmp_path: Path) -> None:
    _, card = save_network(tmp_path, ModelConfig(preset="tiny", num_frames=2, height=32, width=40))
    video = write_video(tmp_path / "a.mp4", 20)
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    spans = [Span(0.0, 0.8), Span(1.0, 1.6)]
    records = [segment(row, "a.mp4", "sit", span.start, span.end) for row, span in enumerate(spans)]
    inputs = inputs_of([*records, segment(2, "broken.mp4", "sit", 0.0, 1.0)])
    counts: list[tuple[int, int]] = []
    found = embed_videos(inputs, LocalRoot(tmp_path), tmp_path, card, lambda *count: counts.append(count))
    with Decoder() as decoder:
        clips = list(decoder.read_clips(video, spans, SamplingConfig.model_validate(card.sampling)))
    expected = FeatureExtractor(tmp_path, card).features([clip.jpegs for clip in clips])
    assert list(found) == [each.id for each in inputs.by_video["a.mp4"]]
    np.testing.assert_allclose(np.stack(list(found.values())), expected, atol=1e-6)
    assert counts == [(1, 2), (2, 2)]
