"""The model card (Mitchell et al., 2019, https://arxiv.org/abs/1810.03993): facts of a run, put together. Pure."""

import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from components.annotations.splits.config import SPLITS
from components.evaluator.confusion import ConfusionMatrix
from components.pusher.card_files import FILES
from components.storage.seal import Seal, seal_to_json
from foundation.messages.wording import counted
from models.export_info import ExportInfo
from models.training.history import best_epoch
from models.worth import Worth

# If all of 30 clips are recognised, the 95 % interval of the recall (Wilson) still reaches down to 0.89.
FEW_TEST_CLIPS = 30
FEW_TRAIN_CLIPS = 100
FEW_TEST_GROUPS = 5

_PACKAGES = (
    "clipgate", "tensorflow", "keras", "tfx", "tensorflow-transform", "tensorflow-model-analysis",
    "tensorflow-data-validation", "apache-beam", "ml-metadata", "numpy", "opencv-python-headless", "av",
)  # fmt: skip


class RunFacts(NamedTuple):
    """The facts that a card is made from.

    Attributes:
      settings: of the run: the sections `data` and `training`, and `name`, `licence` and `code_digest`.
      summary, accepted: the ledger's summary and its accepted rows.
      gate: the gate report.
      network, history: the trainer's measurements.
      lineage: the pipeline, its run, the execution and the artifacts.
      files: of the model that was validated.
    """

    settings: Mapping[str, Any]
    summary: Mapping[str, Any]
    accepted: Iterable[Mapping[str, Any]]
    gate: Mapping[str, Any]
    network: Mapping[str, Any]
    history: Mapping[str, Sequence[float]]
    lineage: Mapping[str, Any]
    files: Seal


def make_model_card(info: ExportInfo, facts: RunFacts, version_number: int, pushed_at: str) -> dict[str, Any]:
    """Make the card as a JSON object; `pushed_at`: ISO 8601."""
    summary, gate = facts.summary, facts.gate
    best = best_epoch(facts.history["val_loss"])
    data = {
        **facts.settings["data"],
        **{name: count for name, count in summary.items() if isinstance(count, int)},
        "rejected_by_reason": summary["rejected_by_reason"],
        "splits": _splits(summary, facts.accepted, info.classes),
    }
    evaluation = _evaluation(gate)
    return {
        "name": facts.settings["name"],
        "version": version_number,
        "pushed_at": pushed_at,
        "licence": facts.settings["licence"],
        "classes": list(info.classes),
        "limits": _limits(info, data["splits"], evaluation, ConfusionMatrix.from_json(gate)),
        "data": data,
        "evaluation": evaluation,
        # The whole report, so that new measurements of the gate need no change here.
        "gates": {name: value for name, value in gate.items() if name not in ("classes", "confusion_matrix")},
        "training": {
            "key": info.training_key,
            "base_model": info.base or None,
            "network": facts.network,
            "model": info.model,
            "sampling": info.sampling,
            "settings": facts.settings["training"],
            "epochs": len(facts.history["val_loss"]),
            "best_epoch": None if best is None else best + 1,
        },
        "lineage": facts.lineage,
        "software": {"code_digest": facts.settings["code_digest"], **software()},
        FILES: seal_to_json(facts.files),
    }


def _limits(
    info: ExportInfo, splits: Mapping[str, Any], evaluation: Mapping[str, Any], matrix: ConfusionMatrix
) -> list[str]:
    """Sentences about what the numbers do not show."""
    num_folds = evaluation.get("folds", 0)
    # With folds all these clips were asked about, and the model itself has learned from them.
    test, train = (_together(splits["train"], splits["test"]),) * 2 if num_folds else (splits["test"], splits["train"])
    classes = f"these {len(info.classes)} classes"
    several = info.has_several_labels
    sentences = [
        f"Every clip is given one {' and one '.join(info.heads)} of {classes}, also a clip that shows none of them."
        if info.heads
        else f"A clip is given each of {classes} whose probability reaches its threshold: several, one, or none."
        if several
        else f"Every clip is given one of {classes}, also a clip that shows none of them.",
        f"Measured on {counted(test['clips'], 'clip')} of {counted(test['groups'], 'group')} that training has not "
        "seen; people, places and cameras unlike those of the data were not measured.",
    ]
    if info.sampling.get("crop_to_boxes") is not None:
        sentences.append(
            "It learned from clips that are cut around one actor each (sampling.crop_to_boxes), and was measured on such; of "
            "whole frames it knows nothing."
        )
    if info.metadata_worth:
        worth = Worth(**info.metadata_worth)
        columns = ", ".join(info.numbers_card.numbers.sources)
        sentences.append(
            f"It sees numbers beside the frames ({columns}), and was measured with them. Asked without them it gets "
            f"{worth.unknown:.0%} of {worth.num_clips} eval clips right in place of {worth.known:.0%}."
        )
    if num_folds:
        sentences.append(
            f"What was measured is the recipe: each clip was put to one of {num_folds} models that were trained as this one "
            "was, without the clip's group. This one has learned from all of these clips, and was asked about none."
        )
    if test["groups"] < FEW_TEST_GROUPS:
        sentences.append(
            f"Fewer than {FEW_TEST_GROUPS} groups in the test split: other people or places may give other numbers."
        )
    for name, split, bar in (("test", test, FEW_TEST_CLIPS), ("training", train, FEW_TRAIN_CLIPS)):
        few = [f"{label} ({counts['clips']})" for label, counts in split["classes"].items() if counts["clips"] < bar]
        if few:
            sentences.append(f"Fewer than {bar} {name} clips of: {', '.join(few)}.")
    return [*sentences, *(_missed(matrix) if several else _confused(matrix))]


def _confused(matrix: ConfusionMatrix) -> Iterator[str]:
    for label, counts in zip(matrix.classes, matrix.counts, strict=True):
        row = dict(zip(matrix.classes, counts, strict=True))
        wrong = max((other for other in row if other != label), key=lambda other: row[other])
        if row[wrong]:
            yield f"{row[wrong]} of {sum(row.values())} test clips of {label} were taken for {wrong}."


def _missed(matrix: ConfusionMatrix) -> Iterator[str]:
    for label in matrix.classes:
        missed = matrix.examples(label) - matrix.hits(label)
        mistaken = matrix.predictions(label) - matrix.hits(label)
        if missed:
            yield f"{missed} of {matrix.examples(label)} test clips of {label} were not found."
        if mistaken:
            yield f"{label} was found in {counted(mistaken, 'test clip')} by mistake."


def _together(*splits: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of several splits, which have no group in common."""
    return {
        **{name: sum(split[name] for split in splits) for name in ("clips", "videos", "groups")},
        "classes": {
            label: {name: sum(split["classes"].get(label, {}).get(name, 0) for split in splits) for name in counts}
            for label, counts in splits[0]["classes"].items()
        },
    }


def _splits(
    summary: Mapping[str, Any], accepted: Iterable[Mapping[str, Any]], classes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    seen: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for entry in accepted:
        for label in entry.get("labels", [entry["label"]]):
            for name in ("video", "group"):
                seen[entry["split"], label, name].add(entry[name])
    splits = {}
    for split in SPLITS:
        counts = summary["splits"].get(split, {})
        clips = counts.get("clips_by_label", {})
        splits[split] = {
            **{name: counts.get(name, 0) for name in ("clips", "videos", "groups")},
            "classes": {
                label: {
                    "clips": clips.get(label, 0),
                    "videos": len(seen[split, label, "video"]),
                    "groups": len(seen[split, label, "group"]),
                }
                for label in dict.fromkeys([*classes, *clips])
            },
        }
    return splits


def _evaluation(gate: Mapping[str, Any]) -> dict[str, Any]:
    matrix = ConfusionMatrix.from_json(gate)
    num_folds = len(set(gate.get("fold_of_group", ())))
    average_precisions, thresholds = (gate.get(name, {}) for name in ("average_precisions", "thresholds"))
    mean = (
        {"mean_average_precision": sum(average_precisions.values()) / len(average_precisions)}
        if average_precisions
        else {}
    )
    return {
        **({"split": "folds", "folds": num_folds} if num_folds else {"split": "test"}),
        "clips": matrix.num_clips,
        "accuracy": matrix.accuracy,
        **mean,
        "classes": {
            label: {
                "clips": matrix.examples(label),
                "recall": matrix.recall(label),
                "precision": matrix.precision(label),
                "f1": matrix.f1(label),
                **({"average_precision": average_precisions.get(label)} if average_precisions else {}),
                **({"threshold": thresholds[label]} if thresholds else {}),
            }
            for label in matrix.classes
        },
        "confusion_matrix": gate["confusion_matrix"],
    }


def software() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found
