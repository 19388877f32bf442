"""A data set that any network learns in seconds: the colour of the picture is the class.

What a few epochs learn of figures that move differs from machine to machine; which of four colours a clip has does not.
"""

import csv
import json
from pathlib import Path

import cv2
import numpy as np

COLOURS = {"blue": (230, 40, 40), "green": (40, 230, 40), "grey": (130, 130, 130), "red": (40, 40, 230)}  # BGR
WIDTH, HEIGHT, FPS = 64, 48, 10
ACTION_FRAMES, IDLE_FRAMES = 8, 4
BOX = (0.25, 0.125, 0.75, 0.875)
COLUMNS = ("path", "start_seconds", "end_seconds", "label", "group", "boxes")


def generate(folder: Path, *, num_people: int) -> None:
    """Write `videos/person_NN.mp4` and `annotations.csv`: each person shows every colour once, black before and after it."""
    (folder / "videos").mkdir(parents=True)
    with (folder / "annotations.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for person in range(num_people):
            draw = np.random.default_rng(person)
            labels = draw.permutation(list(COLOURS)).tolist()
            name = f"person_{person:02d}"
            _write_video(folder / "videos" / f"{name}.mp4", labels, draw)
            for i, label in enumerate(labels):
                first = IDLE_FRAMES + i * (ACTION_FRAMES + IDLE_FRAMES)
                boxes = [[frame / FPS, *BOX] for frame in range(first, first + ACTION_FRAMES)]
                # Half a frame of margin: neither rounding nor an open or closed end decides which frames belong.
                start, end = (first - 0.5) / FPS, (first + ACTION_FRAMES - 0.5) / FPS
                writer.writerow([f"videos/{name}.mp4", start, end, label, name, json.dumps(boxes)])


def _write_video(path: Path, labels: list[str], draw: np.random.Generator) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    assert writer.isOpened()
    idle = [(0, 0, 0)] * IDLE_FRAMES
    for colour in sum(([*idle, *[COLOURS[label]] * ACTION_FRAMES] for label in labels), []) + idle:
        frame = np.array(colour) + draw.normal(0, 4, (HEIGHT, WIDTH, 3))
        writer.write(np.clip(frame, 0, 255).astype(np.uint8))
    writer.release()
