"""The plan of a run: its configuration, the classes, a digest of the data, and what was pushed before."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from components.annotation_validator.previous import find_previous
from components.annotations.files.fetch import load_records
from components.annotations.files.fingerprint import fingerprint_inputs, require_background
from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.twins import trained_from
from components.pusher.versions import Version, last_available, withdrawn_twin
from components.storage.known_digests import digests_kept_in
from components.storage.root import is_remote
from foundation.code_digest import code_digest
from foundation.messages.errors import UserError
from models.base_model import BaseModel
from models.training.config import PRETRAINED
from models.training.key import training_key
from pipeline.base_model import find_base
from pipeline.config import Config
from pipeline.places import CHECKPOINTS, Places, places_of
from pipeline.pushed_classes import choose_classes

# Modules that TFX's components call.
TRANSFORM_MODULE, TRAINER_MODULE, TUNER_MODULE = "models.preprocessing", "models.trainer", "models.tuning.search"


@dataclass(frozen=True)
class Plan:
    """A configuration, and what was found in the outside world when the run was planned.

    TFX's cache sees a component's inputs and parameters, but no files outside: so digests of files are parameters.
    `push_attempt` makes it forget an earlier push.
    """

    config: Config
    classes: tuple[str, ...]
    data_digest: str
    base: BaseModel | None = None
    previous_digest: str = ""
    push_attempt: str = ""

    @cached_property
    def training_key(self) -> str:
        """Identifier of all that determines a trained model; where it lies does not."""
        return self.training_key_from(self.base.fingerprint if self.base else "")

    def training_key_from(self, base_fingerprint: str) -> str:
        """The key if training began with another base model; an empty fingerprint stands for random weights."""
        return training_key(self.data_digest, self._recipe_from(base_fingerprint))

    @property
    def recipe(self) -> str:
        """A digest of all that determines a trained model, but for the data."""
        return self._recipe_from(self.base.fingerprint if self.base else "")

    def _recipe_from(self, base_fingerprint: str) -> str:
        config = self.config
        parts = [self._code_of_training, base_fingerprint, *self.classes]
        sections = (config.data, config.negatives, config.splits, config.sampling, config.model, config.training)
        parts += [places_of(config).hide(section.model_dump_json()) for section in (*sections, config.tuner) if section]
        # Then the test split is learned from too. How many folds there are does not change the model.
        parts += ["train and test"] if config.evaluation.folds else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def _code_of_training(self) -> str:
        search = [TUNER_MODULE] if self.config.tuner else []
        return code_digest("components.video_example_gen.component", TRANSFORM_MODULE, TRAINER_MODULE, *search)

    def checkpoint_dir(self, checkpoint_root: str) -> str:
        """Folder in which this very training goes on after an interruption.

        It is not the folder of its execution, since the run after an interrupted one gets another.
        """
        return f"{checkpoint_root}/{CHECKPOINTS}/{self.training_key}"

    @property
    def places(self) -> Places:
        """The paths that parameters need not tell the cache, since digests do."""
        return places_of(self.config, str(self.base.path) if self.base else None)

    @property
    def last_version(self) -> str:
        """Name of the pushed version that a candidate of this plan is compared with; empty before the first push."""
        version = _last_version(self.config, self.training_key)
        return version.name if version else ""

    @property
    def card_settings(self) -> dict[str, Any]:
        """Settings for the model card: `components.pusher.model_card.RunFacts.settings`."""
        config = self.config
        return {
            "name": config.name,
            "code_digest": code_digest(TRAINER_MODULE),
            "data": config.data.model_dump(include={"annotations", "videos", "format"}),
            "training": config.training.model_dump(mode="json"),
        }

    @property
    def withdrawn_version(self) -> str:
        """Name of the withdrawn version that this plan would push once more; empty if there is none."""
        destination = open_destination(self.config.push_destination)
        with explained(destination.uri):
            version = withdrawn_twin(destination, trained_from(self.training_key))
        return version.name if version else ""


class Outline(Plan):
    """Stands in for the plan of a run where neither data nor models can be looked at: it has the same components."""

    last_version = ""
    withdrawn_version = ""


class _UnknownBase(BaseModel):
    fingerprint = ""


def make_outline(config: Config) -> Outline:
    """The outline of a plan; what will be found has some value."""
    unknown = Path("unknown")
    warm_start = config.training.warm_start
    base = _UnknownBase(unknown, unknown, None) if warm_start and warm_start.model != PRETRAINED else None
    return Outline(config, config.model.classes or ("unknown",), "", base=base)


def make_plan(config: Config) -> Plan:
    """Look at the data and the push destination.

    Raises:
      UserError: data, a base model or the previous span of data is missing, or the classes are none that a run can have.
    """
    beam_args = config.beam.args
    records = load_records(config.data, beam_args)
    require_background(config.data, config.negatives, beam_args)
    classes = choose_classes(config, records)
    _require_known(config, classes)
    with digests_kept_in(file_of_digests(config)) as known:
        data_digest = fingerprint_inputs(config.data, config.splits, records, beam_args, known)
        previous = find_previous(config.data, config.checks)
        previous_digest = previous.fingerprint(beam_args, known) if previous else ""
    plan = Plan(config, classes, data_digest, previous_digest=previous_digest)
    return replace(plan, base=find_base(config, plan.training_key_from))


def file_of_digests(config: Config) -> Path | None:
    """Where digests of files are kept, so that those that have not changed are not read again."""
    return None if is_remote(config.output_dir) else Path(config.output_dir, "video_digests.json")


def _require_known(config: Config, classes: tuple[str, ...]) -> None:
    for place, labels in (
        ("training.augmentation.flip_protected", config.training.augmentation.flip_protected),
        ("model.thresholds", tuple(config.model.thresholds)),
        ("gates.classes", tuple(config.gates.classes)),
        ("negatives.label", (config.negatives.label,) if config.negatives and config.negatives.clips_per_video else ()),
    ):
        unknown = sorted(set(labels) - set(classes))
        if unknown:
            raise UserError(f"{place} names {', '.join(unknown)}; the classes are {', '.join(classes)}")


def _last_version(config: Config, training_key: str) -> Version | None:
    destination = open_destination(config.push_destination)
    with explained(destination.uri):
        return last_available(destination, trained_from(training_key))
