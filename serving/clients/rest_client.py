"""Recognise the action in a video through REST.

    python -m serving.clients.rest_client VIDEO --model runs/first/serving/action

Needs NumPy and OpenCV, and nothing of clipgate but this folder and the card of the model: `--model` may also be a copy of its
`assets.extra/clipgate.json`.
"""

import argparse
import base64
import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serving.clients.frames import answer, read_card, read_clips
from serving.clients.numbers import read_numbers


def predict(clips: list[tuple[bytes, ...]], url: str, numbers: Mapping[str, float] | None = None) -> dict[str, float]:
    """Probability of each class: the mean over clips of JPEG frames.

    `url`: .../v1/models/NAME; `numbers`: of all clips, by the names of inputs.
    """
    rows: list[Any] = [[{"b64": base64.b64encode(jpeg).decode()} for jpeg in clip] for clip in clips]
    if numbers:
        rows = [{"frames": row, **numbers} for row in rows]
    signature = "predict_jpeg_with_metadata" if numbers else "predict_jpeg"
    body = json.dumps({"signature_name": signature, "instances": rows}).encode()
    # A proxy of the environment is not for a server on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(f"{url}:predict", body), timeout=60) as response:
        predictions = json.load(response)["predictions"]
    columns = zip(*(prediction["probabilities"] for prediction in predictions), strict=True)
    return {label: sum(column) / len(clips) for label, column in zip(predictions[0]["classes"], columns, strict=True)}


def main() -> None:
    """Print the probabilities as JSON, and where a clip may have several labels, these."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument(
        "--model", type=Path, required=True, help="a pushed version, the folder of all versions, or a card"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8501/v1/models/action")
    parser.add_argument("--start-seconds", type=float, default=0.0)
    parser.add_argument("--end-seconds", type=float)
    parser.add_argument(
        "--box", type=float, nargs=4, metavar="SHARE", help="of a model of crops: x_min y_min x_max y_max"
    )
    parser.add_argument("--metadata", action="append", default=[], metavar="COLUMN=NUMBER")
    arguments = parser.parse_args()
    card = read_card(arguments.model)
    clips = read_clips(arguments.video, card["sampling"], arguments.start_seconds, arguments.end_seconds, arguments.box)
    scores = predict(clips, arguments.url, read_numbers(arguments.metadata, card))
    print(json.dumps(answer(card, scores), indent=2))


if __name__ == "__main__":
    main()
