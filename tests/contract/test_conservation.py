"""Nothing gets lost: each row and each video ends in the Examples or, once, among the rejects."""

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.manifest import Manifest, build_manifest
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import FindBy, Record, Reject
from components.annotations.splits.config import SplitsConfig
from components.annotations.splits.splitting import assign_splits
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, VideoIngest, VideoTask
from components.video_example_gen.ledger import Ledger
from foundation.messages.errors import UserError
from tests.components.video.videos import write_video

SAMPLING = SamplingConfig(num_frames=3, min_frames=2, short_side=16)
BACKGROUND = NegativesConfig(clips_per_video=2, clip_seconds=0.3, margin_seconds=0.05)
NEGATIVES = st.sampled_from(
    [None, NegativesConfig(), BACKGROUND, BACKGROUND.model_copy(update={"unannotated_videos": True})]
)
HEADER = "path,start_seconds,end_seconds,label,group,split,negative\n"


@pytest.fixture(scope="module")
def store() -> Iterator[Path]:
    """Files that data sets are made of: whole, short, cut, empty and no videos."""
    with TemporaryDirectory() as folder:
        store = Path(folder)
        whole = [write_video(store / f"whole{number}.mp4", 8, first=20 * number) for number in range(11)][0]
        write_video(store / "single.mp4", 1)
        avi = write_video(store / "film.avi", 12, codec="MJPG").read_bytes()
        (store / "cut.avi").write_bytes(avi[: len(avi) // 2])
        (store / "cut.mp4").write_bytes(whole.read_bytes()[:-200])
        (store / "head.mp4").write_bytes(whole.read_bytes()[:600])
        (store / "empty.mp4").touch()
        (store / "text.mp4").write_text("no video")
        yield store


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


GOOD_FILES = [*(f"whole{number}.mp4" for number in range(11)), "film.avi"]
BAD_FILES = ["single.mp4", "cut.avi", "cut.mp4", "head.mp4", "empty.mp4", "text.mp4"]
NAMES = [f"{folder}{index}.mp4" for folder in ("", "d/") for index in range(6)]
GOOD_TIMES = [",", "0,0.7", "0.1,0.75", "0.2,", ",0.6"]
BAD_TIMES = ["5,6", "0,0.1", "0.5,0.5", "-1,2", "nan,", "0,inf", "x,y", ",9"]
BAD_ROWS = [
    "none.mp4,,,sit",
    "../0.mp4,,,sit",
    "/etc/passwd,,,sit",
    "d,,,wave",
    f"{'x' * 300},,,wave",
    "0.mp4,,,",
    "0.mp4,,,走る",
    "0.mp4,,,si\tt",
    "0.mp4,,,sit,ann,holdout",
    "0.mp4,,,sit,,,true",
    "0.mp4,,,,,,maybe",
    "./0.mp4,,,sit",
    ",,,sit",
    ",,,,,,,,",
    "",
    "0.mp4;0;1;sit",
    '0.mp4,,,"sit"x',
    '0.mp4,,,"sit',
]


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[dict[str, str], list[str]]:
    """What file stands under each name, and annotation rows, most of them good."""
    files = dict(zip(NAMES, GOOD_FILES, strict=True)) | draw(
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["absent", *GOOD_FILES[:3], *BAD_FILES]), max_size=6)
    )
    rows = []
    for name in NAMES:
        group = draw(st.sampled_from(["", "", "", "ann", "bob"]))
        for label in draw(st.lists(st.sampled_from(["sit", "wave", ""]), max_size=3)):
            times = draw(st.sampled_from(GOOD_TIMES * 2 + BAD_TIMES))
            rows.append(f"{name},{times},{label},{group},,{'' if label else 'true'}")
    rows += draw(st.lists(st.sampled_from(BAD_ROWS), max_size=6))
    return files, draw(st.permutations(rows))


def split_or_all_in_train(manifest: Manifest, config: SplitsConfig) -> dict[str, str]:
    """The split of each video. A data set too small to be split must add up all the same."""
    try:
        return assign_splits(manifest.segments_by_video, manifest.ties, config)
    except UserError:
        return dict.fromkeys(manifest.segments_by_video, "train")


def by_name(record: Record) -> Record:
    """The record of a format that knows only the stems of files, several of which are those of two files."""
    if isinstance(record, Reject):
        return record
    return replace(record, video=Path(record.video).stem, find_by=FindBy.NAME)


def check_conservation(
    root: Path, records: list[Record], config: SplitsConfig, negatives: NegativesConfig | None, decoder: Decoder
) -> None:
    manifest = build_manifest(records, LocalRoot(root), ("wave", "sit", "background"), negatives)
    ingest = VideoIngest(LocalRoot(root), SAMPLING, negatives, decoder)
    split_of = split_or_all_in_train(manifest, config)
    results = [
        result
        for video, segments in manifest.segments_by_video.items()
        for result in ingest.ingest(VideoTask(video, segments, split_of[video]))
    ]
    accepted = [result for result in results if isinstance(result, Accepted)]
    rejects = [*manifest.rejects, *(result for result in results if isinstance(result, Reject))]
    assert sum(result.num_clips for result in accepted) == sum(isinstance(result, IngestedClip) for result in results)

    rows = [result for result in accepted if not result.is_background]
    sources = [row.segment.source for row in rows] + [reject.source for reject in rejects if reject.source]
    assert Counter(sources) == Counter(record.source for record in records)
    assert set(Counter(sources).values()) == {1}

    videos = list({result.video for result in accepted}) + [reject.video for reject in rejects if not reject.source]
    assert set(Counter(videos).values()) <= {1}
    assert len(videos) == manifest.num_videos

    splits_of_group: dict[str, set[str]] = defaultdict(set)
    for result in accepted:
        splits_of_group[result.group].add(result.split)
    assert all(len(found) == 1 for found in splits_of_group.values())

    entries = [result.as_ledger_entry() for result in (*accepted, *rejects)]
    Ledger(entries, len(records), manifest.num_videos)
    json.dumps(entries, ensure_ascii=False).encode()


@settings(max_examples=60)
@given(
    data_set=data_sets(),
    mode=st.sampled_from(["hash", "stratified"]),
    seed=st.integers(0, 5),
    negatives=NEGATIVES,
    knows_paths=st.booleans(),
)
def test_every_row_and_every_video_is_accounted_for(
    store: Path,
    decoder: Decoder,
    data_set: tuple[dict[str, str], list[str]],
    mode: str,
    seed: int,
    negatives: NegativesConfig | None,
    knows_paths: bool,
) -> None:
    files, rows = data_set
    with TemporaryDirectory() as folder:
        root = Path(folder) / "videos"
        (root / "d").mkdir(parents=True)
        for name, kind in files.items():
            if kind != "absent":
                shutil.copyfile(store / kind, root / name)
        annotations = Path(folder) / "labels.csv"
        annotations.write_text(HEADER + "\n".join(rows))
        try:
            records = read_annotations(DataConfig(annotations=str(annotations), videos=str(root), format="csv")).records
        except UserError:
            return
        if not knows_paths:
            records = [by_name(record) for record in records]
        splits = SplitsConfig(mode=mode, seed=seed, train=0.4, eval=0.3, test=0.3)
        check_conservation(root, records, splits, negatives, decoder)
