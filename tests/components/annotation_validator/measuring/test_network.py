"""From real videos to what a network makes of their segments and of the windows in them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.annotation_validator.measuring.network import embed_videos
from components.annotation_validator.measuring.videos import measure_videos
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.decoder_pool import DecoderPool
from components.video.tasks import Span
from models.config import ModelConfig
from models.preprocessing import decode_clips
from models.views import centre_view
from tests.components.annotation_validator.making import inputs_of, segment
from tests.components.video.videos import write_video
from tests.models.exported import save_network


def test_each_segment_has_the_features_of_its_clip_and_scores_of_its_windows(tmp_path: Path) -> None:
    config = ModelConfig(preset="tiny", num_frames=2, height=32, width=40)
    network, info = save_network(tmp_path, config)
    label, root = info.classes[1], LocalRoot(tmp_path)
    info = replace(info, clip_seconds={label: [0.6, 0.8, 1.0]})
    video = write_video(tmp_path / "a.mp4", 20)
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    spans = [Span(0.0, 0.8), Span(1.0, 1.6)]
    records = [
        segment(row, "a.mp4", name, span.start, span.end)
        for row, (name, span) in enumerate(zip((label, "unknown"), spans, strict=True))
    ]
    inputs = inputs_of([*records, segment(2, "broken.mp4", label, 0.0, 1.0)])
    sampling = SamplingConfig.model_validate(info.sampling)
    counts: list[tuple[int, int]] = []

    def on_video(done: int, total: int) -> None:
        counts.append((done, total))

    with DecoderPool() as decoders:
        inputs = replace(inputs, measures=measure_videos(inputs, root, sampling, decoders, on_video))
    found = embed_videos(inputs, root, tmp_path, info, on_video, over_time=True)
    own = [each.id for each in inputs.by_video["a.mp4"]]
    assert counts == [(1, 2), (2, 2)] * 2
    assert list(found.features) == own
    assert list(found.scores) == own[:1]
    scores = found.scores[own[0]]
    np.testing.assert_allclose(scores.starts, [0.0, 0.08, 0.16, 0.24, 0.32, 0.4], atol=1e-9)
    np.testing.assert_allclose(scores.ends - scores.starts, 0.4)
    spans += [Span(start, end) for start, end in zip(scores.starts.tolist(), scores.ends.tolist(), strict=True)]
    with Decoder() as decoder:
        clips = sorted(decoder.read_clips(video, spans, sampling), key=lambda clip: clip.span)
    jpegs = tf.constant([list(clip.jpegs) for clip in clips])
    logits = network(centre_view(decode_clips(jpegs, config), config), training=False)
    features = np.stack(list(found.features.values()))
    np.testing.assert_allclose(network.get_layer("logits")(features), logits[:2], atol=1e-5)
    np.testing.assert_allclose(scores.probabilities, tf.nn.softmax(logits)[2:, 1], atol=1e-6)
    assert embed_videos(inputs, root, tmp_path, info, on_video, over_time=False).scores == {}
