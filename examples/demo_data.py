"""Generates the demo data set: videos of animated people, and their annotations.

    python -m examples.demo_data OUTPUT_DIR --seed 7

The six actions are three pairs of twins, each the other played backwards, and every script is as likely as
its own reversal. One frame therefore tells at best the pair; to tell twins apart, a model has to see motion.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from examples import figure
from examples.figure import LABELS, Image
from examples.planning import HEIGHT, IDLE_SECONDS, WIDTH, VideoPlan, plan_videos

COLUMNS = ("path", "start_seconds", "end_seconds", "label", "group", "boxes")


class DemoSummary(NamedTuple):
    annotations_path: Path
    num_videos: int
    num_segments: int
    segments_per_label: dict[str, int]
    video_seconds: float

    def __str__(self) -> str:
        counts = ", ".join(f"{label} {count}" for label, count in self.segments_per_label.items())
        videos = f"{self.num_videos} videos ({self.video_seconds:.0f} s), {self.num_segments} segments"
        return f"{videos}: {counts}\n{self.annotations_path}"


def generate(
    output_dir: Path,
    *,
    seed: int = 7,
    num_people: int = 56,
    videos_per_person: int = 2,
    actions_per_video: int = 3,
    idle_seconds: tuple[float, float] = IDLE_SECONDS,
    first_person: int = 1,
    planner: Callable[[int, int, int, int, tuple[float, float], int], list[VideoPlan]] = plan_videos,
    on_progress: Callable[[int, int], None] | None = None,
) -> DemoSummary:
    """Writes `videos/*.mp4`, then `annotations.csv`, under `output_dir`, each file whole or not at all.

    `planner` decides what happens. The same arguments give the same annotations and, on one machine, the same bytes.
    `on_progress` receives the numbers of videos done and in all. Raises FileExistsError where another data set's
    annotations are.
    """
    plans = planner(seed, num_people, videos_per_person, actions_per_video, idle_seconds, first_person)
    annotations_path = output_dir / "annotations.csv"
    _remove_earlier_annotations(annotations_path)
    (output_dir / "videos").mkdir(parents=True, exist_ok=True)
    for num_done, plan in enumerate(plans, start=1):
        _write_video(output_dir / plan.path, plan)
        if on_progress is not None:
            on_progress(num_done, len(plans))
    with _whole_file(annotations_path) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row for plan in plans for row in annotation_rows(plan))
    counts = Counter(interval.action.label for plan in plans for interval in plan.intervals)
    return DemoSummary(
        annotations_path=annotations_path,
        num_videos=len(plans),
        num_segments=counts.total(),
        segments_per_label={label: counts[label] for label in LABELS},
        video_seconds=sum(len(plan.poses) / plan.scene.fps for plan in plans),
    )


def render_frames(plan: VideoPlan) -> Iterator[Image]:
    """Yields the frames, uint8 [HEIGHT, WIDTH, 3] in BGR, with light and noise of the video's own."""
    scene, rng = plan.scene, np.random.default_rng(plan.pixel_seed)
    empty = figure.draw_background(rng, scene.background, scene.camera)
    stool = figure.hsv(rng.uniform(), rng.uniform(0.2, 0.6), rng.uniform(0.4, 0.8))
    figure.draw_stool(empty, scene.places[0], stool, scene.camera)
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    light = rng.uniform(0.7, 1.15) * (1 - rng.uniform(0, 0.2) * (x**2 + y**2)).astype(np.float32)[..., None]
    flicker, start = rng.uniform(0, 0.06), rng.uniform(0, 2 * math.pi)
    # One field of noise, met at another corner in each frame, takes a tenth of the time of fresh noise.
    offset, sigma = rng.uniform(-15, 20), rng.uniform(1, 7)
    noise = rng.normal(offset, sigma, (HEIGHT + 64, WIDTH + 64, 3)).astype(np.float32)
    for index, pose in enumerate(plan.poses):
        image = empty.copy()
        figure.draw_figure(image, plan.person.build, pose, scene.camera)
        brightness = np.float32(1 + flicker * math.sin(2 * math.pi * 0.7 * index / scene.fps + start))
        top, left = rng.integers(64, size=2)
        lit = image * (light * brightness) + noise[top : top + HEIGHT, left : left + WIDTH]
        yield np.clip(lit, 0, 255).astype(np.uint8)


def annotation_rows(plan: VideoPlan) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yields one row of `COLUMNS` per action, with one box per frame."""
    fps, camera, build = plan.scene.fps, plan.scene.camera, plan.person.build
    for interval in plan.intervals:
        frames = range(interval.first_frame, interval.last_frame + 1)
        boxes = [[k / fps, *figure.figure_box(build, plan.poses[k], camera)] for k in frames]
        # Half a frame of margin: neither rounding nor an open or closed end decides which frames belong.
        start, end = f"{(frames[0] - 0.5) / fps:.4f}", f"{(frames[-1] + 0.5) / fps:.4f}"
        boxes_json = json.dumps(np.round(boxes, 5).tolist())
        yield plan.path, start, end, interval.action.label, plan.person.name, boxes_json


def _remove_earlier_annotations(path: Path) -> None:
    """Removes the annotations of an earlier run, which must not outlive the videos that they describe."""
    if not path.exists():
        return
    header, *rows = path.read_text(errors="replace").splitlines() or [""]
    is_ours = all(Path(row.split(",")[0]).match("videos/person_*_?.mp4") for row in rows)
    if header != ",".join(COLUMNS) or not is_ours:
        raise FileExistsError(f"{path} is not from a demo data set: move it, or choose another directory.")
    path.unlink()


@contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """Gives a sibling to write to, which takes the place of `path` only if all goes well."""
    partial = path.with_name(f".partial_{path.name}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_video(path: Path, plan: VideoPlan) -> None:
    with _whole_file(path) as partial:
        # OpenCV's wheels have no H.264 encoder.
        codec = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(partial), codec, plan.scene.fps, (WIDTH, HEIGHT))
        if not writer.isOpened():
            raise OSError(f"OpenCV cannot write {partial}")
        for frame in render_frames(plan):
            writer.write(frame)
        writer.release()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Generate the demo data set.")
    parser.add_argument("output_dir", type=Path, metavar="OUTPUT_DIR")
    parser.add_argument("--seed", type=int, default=7)
    print(generate(**vars(parser.parse_args(argv))))


if __name__ == "__main__":
    main()
