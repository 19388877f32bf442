"""How often `clipgate watch` finds planted drift, and how often it is alarmed by traffic in which nothing has changed.

    python -m benchmarks.drift --config examples/demo.yaml

needs the run of that configuration, such as that of `make demo`. Draws other people than the demo has, in 200 requests a seed,
and compares them with the data that the model was trained and judged on. What was trained stays; the people whose clips stand
for the data are drawn anew for each seed too, since an alarm about one set of data says nothing of how often there is one.

Prints JSON: for each kind of traffic the share of seeds with an alarm, with and without pixels in the log, and what raised it.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.tasks import Span
from examples.demo_data import render_frames
from examples.figure import LABELS, Image
from examples.planning import HEIGHT, WIDTH, ActionInterval, VideoPlan, plan_videos
from foundation.statistics import wilson_interval
from models.embedding import FeatureExtractor
from models.export_info import ExportInfo
from models.labelling import Labelling
from pipeline.config import load_config
from pipeline.prediction.model import find_model
from pipeline.watch.clips import ClipTable, Reference, join_tables
from pipeline.watch.comparing import compare
from pipeline.watch.config import WatchConfig
from pipeline.watch.reference import Stored, find_examples, load_reference, look

FIRST_PERSON = 1001  # the demo's people have lower numbers
NUM_REQUESTS = 200
FEWEST_CLIENTS = 10  # half of the default, to show what that is worth
NEW_CLASS_SHARE, TIMES_AS_OFTEN = 0.2, 3.0
DARKER, BLUR, WARMER = 0.75, 0.9, (0.93, 1.0, 1.07)

Rows = npt.NDArray[np.int64]
Change = Callable[[Image], Image]


def darker(frame: Image) -> Image:
    """Three quarters of the light."""
    return np.asarray(np.clip(frame * DARKER, 0, 255), dtype=np.uint8)


def other_camera(frame: Image) -> Image:
    """A softer lens and a warmer white balance."""
    soft = cv2.GaussianBlur(frame, (0, 0), BLUR)
    return np.asarray(np.clip(soft * np.array(WARMER), 0, 255), dtype=np.uint8)


class Drawer:
    """Draws people who do the demo's actions, and shows them to the network, as clients would."""

    def __init__(self, version: Path, info: ExportInfo, seed: int) -> None:
        self._extractor = FeatureExtractor(version, info)
        self._sampling = SamplingConfig.model_validate(info.sampling)
        self._num_shown = int(info.model["num_frames"])
        self._seed = seed

    def clips(self, num_people: int, change: Change | None = None, times_as_long: float = 1.0) -> list[Stored]:
        """The clips of all actions; `times_as_long`: what a clip covers, in durations of its action."""
        found = []
        with tempfile.TemporaryDirectory() as folder, Decoder() as decoder:
            for plan in plan_videos(self._seed, num_people, first_person=FIRST_PERSON):
                path = Path(folder) / "video.mp4"
                write_video(path, plan, change)
                spans = [span(interval, plan, times_as_long) for interval in plan.intervals]
                for clip in decoder.read_clips(path, spans, self._sampling):
                    label = plan.intervals[clip.span].action.label
                    found.append(Stored(label, plan.person.name, list(clip.jpegs)))
        return found

    def look(self, clips: Sequence[Stored]) -> ClipTable:
        """What the network makes of clips; their names are the labels."""
        return join_tables(
            [look(clips[start : start + 64], self._extractor, self._num_shown) for start in range(0, len(clips), 64)]
        )


def write_video(path: Path, plan: VideoPlan, change: Change | None) -> None:
    """As the demo's videos are written."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), plan.scene.fps, (WIDTH, HEIGHT))
    for frame in render_frames(plan):
        writer.write(change(frame) if change else frame)
    writer.release()


def span(interval: ActionInterval, plan: VideoPlan, times_as_long: float) -> Span:
    """Seconds around the middle of an action, within the video."""
    start, end = (interval.first_frame - 0.5) / plan.scene.fps, (interval.last_frame + 0.5) / plan.scene.fps
    more = (end - start) * (times_as_long - 1) / 2
    return Span(max(0.0, start - more), min(end + more, (len(plan.poses) - 1) / plan.scene.fps))


def there_and_back(clip: Stored) -> Stored:
    """An action that nobody has trained: half of the time the one, then its twin."""
    half = clip.jpegs[::2]
    return Stored("new", clip.group, half + half[::-1])


class Traffic:
    """Requests and data of other people for every seed, from clips that were drawn before."""

    def __init__(self, reference: Reference, plain: ClipTable) -> None:
        self._reference, self._plain = reference, plain
        self._people = np.unique(plain.groups)
        self._num_trained = reference.trained.num_groups
        self._num_held_out = reference.held_out.num_groups

    def data(self, rng: np.random.Generator, people: npt.NDArray[np.str_]) -> Reference:
        """What was trained, with the features of others, and as many others as there are in eval and test."""
        standing_in, held_out = people[: self._num_trained], people[self._num_trained :][: self._num_held_out]
        trained = self._reference.trained
        inputs = self._plain.of(np.isin(self._plain.groups, standing_in))
        rows = np.resize(np.arange(len(inputs)), len(trained))
        trained = replace(trained, features=inputs.features[rows], groups=inputs.groups[rows])
        others = self._plain.of(np.isin(self._plain.groups, held_out))
        splits = np.array(["train"] * len(trained) + ["test"] * len(others))
        return Reference(join_tables([trained, others]), splits)

    def draw(
        self, seed: int, pool: ClipTable, choose: Callable[[np.random.Generator, Rows], Rows]
    ) -> tuple[ClipTable, Reference]:
        """200 requests of people from `pool`, of each the clips that are chosen; and data of people who are not among them."""
        rng = np.random.default_rng(seed)
        senders = rng.permutation(np.unique(pool.groups))
        rows: list[int] = []
        num_senders = 0
        while len(rows) < NUM_REQUESTS:
            rows += choose(rng, np.flatnonzero(pool.groups == senders[num_senders])).tolist()
            num_senders += 1
        others = rng.permutation(np.setdiff1d(self._people, senders[:num_senders]))
        return pool.of(np.array(rows[:NUM_REQUESTS])), self.data(rng, others)


def all_clips(rng: np.random.Generator, rows: Rows) -> Rows:
    return rows


def with_new_class(new_rows: Rows) -> Callable[[np.random.Generator, Rows], Rows]:
    """Each clip is of the new class with some probability; `new_rows`: that clip of the new class, by the row of each."""

    def choose(rng: np.random.Generator, rows: Rows) -> Rows:
        known = rows[new_rows[rows] >= 0]
        return np.where(rng.random(len(known)) < NEW_CLASS_SHARE, new_rows[known], known)

    return choose


def other_mix(labels: npt.NDArray[np.str_]) -> Callable[[np.random.Generator, Rows], Rows]:
    """Both walks come three times as often."""

    def choose(rng: np.random.Generator, rows: Rows) -> Rows:
        weights = np.where(np.isin(labels[rows], LABELS[4:]), TIMES_AS_OFTEN, 1.0)
        return rng.choice(rows, len(rows), p=weights / weights.sum())

    return choose


def few_clients(clips_of_each: int) -> Callable[[np.random.Generator, Rows], Rows]:
    """Of each client that many clips, which are of one person in two places."""

    def choose(rng: np.random.Generator, rows: Rows) -> Rows:
        return rng.choice(rows, clips_of_each)

    return choose


def kinds(
    drawer: Drawer, plain: ClipTable, clips: Sequence[Stored], num_people: int
) -> Iterator[tuple[str, ClipTable, Callable[[np.random.Generator, Rows], Rows]]]:
    """Each kind of traffic: its clips, and how a person's are chosen."""
    yield "unchanged", plain, all_clips
    yield "unchanged, 20 clients with 10 requests", plain, few_clients(10)
    yield "unchanged, 10 clients with 20 requests", plain, few_clients(20)
    yield "unchanged, a client for each request", plain, few_clients(1)
    yield "darker", drawer.look(drawer.clips(num_people, darker)), all_clips
    yield "faster", drawer.look(drawer.clips(num_people, times_as_long=2.0)), all_clips
    yield "another camera", drawer.look(drawer.clips(num_people, other_camera)), all_clips
    turned = drawer.look([there_and_back(clip) for clip in clips])
    mixed = join_tables([plain, turned])
    of_each = np.concatenate([np.arange(len(plain)) + len(plain), np.full(len(turned), -1)])
    yield "a new class", mixed, with_new_class(of_each)
    yield "another mix of classes", plain, other_mix(plain.names)


def measure(
    config_path: Path, model: Path | None, seeds: Sequence[int], num_people: int, num_changed: int
) -> dict[str, object]:
    """Alarms by kind of traffic, and what raised them."""
    config = load_config(config_path)
    version, info = find_model(model or Path(config.push_destination))
    examples = find_examples(version, Path(config.local_pipeline_root))
    reference = load_reference(examples, version, info, Path(config.output_dir, "watch"))
    drawer = Drawer(version, info, seed=1 + seeds[0])
    clips = drawer.clips(num_people)
    plain = drawer.look(clips)
    traffic = Traffic(reference, plain)
    results: dict[str, object] = {}
    for name, pool, choose in kinds(drawer, plain, clips, num_changed):
        results[name] = {
            log: alarms(traffic, pool, choose, Labelling.of(info), seeds, with_pixels)
            for log, with_pixels in (("with pixels", True), ("without", False))
        }
    return results


def alarms(
    traffic: Traffic,
    pool: ClipTable,
    choose: Callable[[np.random.Generator, Rows], Rows],
    labelling: Labelling,
    seeds: Sequence[int],
    with_pixels: bool,
) -> dict[str, object]:
    """Share of the seeds with an alarm, its 95 % interval, and how often each look was among the reasons."""
    reasons: Counter[str] = Counter()
    num_alarms = 0
    for seed in seeds:
        served, data = traffic.draw(seed, pool, choose)
        if not with_pixels:
            served = replace(served, embedding=served.embedding[:, :0])
        drifts = compare(served, data, labelling, WatchConfig(min_groups=FEWEST_CLIENTS)).drifts
        num_alarms += bool(drifts)
        reasons.update(finding.look.name for finding in drifts)
    interval = wilson_interval(num_alarms, len(seeds)) or (0.0, 1.0)
    return {
        "alarms": round(num_alarms / len(seeds), 3),
        "interval": [round(end, 3) for end in interval],
        "reasons": {name: round(count / len(seeds), 2) for name, count in reasons.most_common(4)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Planted drift, and none.")
    parser.add_argument("--config", type=Path, default=Path("examples/demo.yaml"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=0, help="of the people too: another one draws others")
    parser.add_argument("--people", type=int, default=264, help="of whom unchanged traffic and data are drawn")
    parser.add_argument("--changed", type=int, default=40, help="people of each kind of changed traffic")
    arguments = parser.parse_args()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    results = measure(arguments.config, arguments.model, seeds, arguments.people, arguments.changed)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
