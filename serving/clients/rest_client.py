"""Recognise the action in a video through REST.

    python serving/clients/rest_client.py VIDEO --model runs/first/serving/action

Frames are chosen and encoded by the functions that ingest uses, so the model sees what it was trained on. `--model` is needed
only for the sampling that stands in the model's card. Neither this file nor what it imports loads TensorFlow.
"""

import argparse
import base64
import json
import os
import urllib.request
from pathlib import Path

from components.video.config import SamplingConfig
from foundation.processes import direct_loopback
from pipeline.prediction.clips import read_jpeg_clips
from pipeline.prediction.model import find_model


def predict(clips: list[tuple[bytes, ...]], url: str) -> dict[str, float]:
    """Probability of each class: the mean over clips of JPEG frames. `url`: .../v1/models/NAME."""
    rows = [[{"b64": base64.b64encode(jpeg).decode()} for jpeg in clip] for clip in clips]
    body = json.dumps({"signature_name": "predict_jpeg", "instances": rows}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}:predict", body), timeout=60) as response:
        predictions = json.load(response)["predictions"]
    columns = zip(*(prediction["probabilities"] for prediction in predictions), strict=True)
    return {label: sum(column) / len(clips) for label, column in zip(predictions[0]["classes"], columns, strict=True)}


def main() -> None:
    """Print the probabilities as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="a pushed version, or the folder of all versions")
    parser.add_argument("--url", default="http://127.0.0.1:8501/v1/models/action")
    arguments = parser.parse_args()
    os.environ.update(direct_loopback())
    _, info = find_model(arguments.model)
    clips = read_jpeg_clips(arguments.video, SamplingConfig.model_validate(info.sampling))
    print(json.dumps(predict(clips, arguments.url), indent=2))


if __name__ == "__main__":
    main()
