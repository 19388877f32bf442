"""How large the test split has to be for the gates to decide."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from components.annotations.files.manifest import Manifest
from components.annotations.splits.config import FOLD_SPLITS, SplitsConfig
from components.annotations.splits.splitting import split_manifest
from components.model_gate.config import GatesConfig
from foundation.evidence_needed import clips_needed, usual_size
from foundation.messages.errors import UserError
from pipeline.config import Config

_STEP, _LARGEST = 0.05, 0.6

Sizes = Mapping[str, Sequence[int]]


def with_enough_to_test(manifest: Manifest, config: Config, largest: float = _LARGEST) -> SplitsConfig:
    """The splits with the smallest share for the test, from the configured one to `largest`, that shows what the gates ask for.

    Each class gets as many test clips, of as many groups, as a model that is right in 0.9 of all clips needs to be shown good
    enough in 95 of 100 tests. Train and eval keep their proportion.

    Raises:
      UserError: no share is large enough, or the splits are given, or the gates ask for no certainty.
    """
    splits, gates = config.splits, config.gates
    if config.evaluation.folds:
        raise UserError(
            "--for-gates: with evaluation.folds all clips but those of eval are judged, so the test split need not be larger"
        )
    if splits.mode == "official":
        raise UserError("--for-gates: with splits.mode official the annotations decide; choose another mode")
    if gates.certainty is None:
        raise UserError(
            "--for-gates: gates.certainty is null, so that any number of test clips decides; set it, such as 0.99"
        )
    lacking = ""
    for share in _shares(splits.test, largest):
        larger = with_test_share(splits, share)
        split_of, _ = split_manifest(manifest, larger, config.negatives, config.beam.args)
        lacking = _lacking(_sizes(manifest, split_of, ("test",)), gates, gates.certainty)
        if not lacking:
            return larger
    raise UserError(f"--for-gates: even with {largest:g} of all clips in the test split {lacking}; record more of them")


def enough_for_folds(manifest: Manifest, config: Config) -> bool:
    """Whether all clips but those of eval are enough to show what the gates ask for, as in `with_enough_to_test`.

    Raises:
      UserError: the clips cannot be shared out.
    """
    split_of, _ = split_manifest(manifest, config.splits, config.negatives, config.beam.args)
    certainty = config.gates.certainty
    return certainty is None or not _lacking(_sizes(manifest, split_of, FOLD_SPLITS), config.gates, certainty)


def _shares(least: float, largest: float) -> list[float]:
    steps = range(round((largest - least) / _STEP) + 1)
    return [round(least + step * _STEP, 6) for step in steps]


def with_test_share(splits: SplitsConfig, test: float) -> SplitsConfig:
    """The splits with this share for the test; train and eval keep their proportion."""
    others = splits.train + splits.eval
    shares = {"train": (1 - test) * splits.train / others, "eval": (1 - test) * splits.eval / others, "test": test}
    return splits.model_copy(update=shares)


def _sizes(manifest: Manifest, split_of: Mapping[str, str], splits: Collection[str]) -> Sizes:
    """Clips in these splits of each group, by class; a class without any has an empty list."""
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for video, segments in manifest.segments_by_video.items():
        for segment in segments:
            for label in segment.labels:
                sizes[label][segment.group or video] += split_of[video] in splits
    return {label: [size for size in counts.values() if size] for label, counts in sizes.items() if label}


def _lacking(sizes: Sizes, gates: GatesConfig, certainty: float) -> str:
    """What the class that lacks most lacks, in words; empty if none does."""
    worst = (0, "")
    for label, of_groups in sizes.items():
        need = clips_needed(
            gates.rate_bar(label), certainty, clips_per_group=usual_size(of_groups), num_classes=len(sizes)
        )
        missing = need.num_groups - len(of_groups) if need else 1
        words = f"class {label!r} has {len(of_groups)} groups (people, places) and needs {need.num_groups if need else 'more'}"
        worst = max(worst, (missing, words))
    return worst[1] if worst[0] > 0 else ""
