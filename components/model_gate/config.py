"""The `gates` section of the configuration: the bars. `rules.py` says what is measured against them."""

from collections import Counter

from pydantic import Field, model_validator

from foundation.section import Section


class ClassGates(Section):
    """Bars for one class; a bar that is not given is that of all classes."""

    min_recall: float | None = Field(None, ge=0, le=1, description="share of its clips that are found")
    min_recall_lower_bound: float | None = Field(None, ge=0, le=1, description="the lower end of recall's interval")
    min_precision: float | None = Field(None, ge=0, le=1, description="share of right ones among clips taken for it")
    min_average_precision: float | None = Field(
        None, ge=0, le=1, description="how well its clips are ranked before others"
    )
    min_examples: int | None = Field(None, ge=1, description="its test clips")
    max_recall_drop: float | None = Field(None, ge=0, le=1, description="of recall, against the last pushed model")
    max_forgetting: float | None = Field(
        None, ge=0, le=1, description="drop of recall against the model that training began from"
    )


class GatesConfig(Section):
    """Bars on the test split. Recall and precision count the most probable class, or of several labels each that is given."""

    certainty: float | None = Field(
        0.99,
        gt=0.5,
        lt=1,
        description="a rate must be above its bar with this probability, clips of a group being alike; null: the measured rate "
        "decides, however few clips it is of",
    )
    min_accuracy: float = Field(
        0.6,
        ge=0,
        le=1,
        description="share of the clips whose most probable class is right; with several labels: that are given exactly theirs",
    )
    min_mean_average_precision: float | None = Field(
        None, ge=0, le=1, description="mean of all classes: how well their clips are ranked before others"
    )
    min_recall: float = Field(0.5, ge=0, le=1, description="of every class: share of its clips that are found")
    min_recall_lower_bound: float | None = Field(
        None, ge=0, le=1, description="of every class: the lower end of recall's interval"
    )
    min_precision: float = Field(
        0.5, ge=0, le=1, description="of every class: share of right ones among the clips that were taken for it"
    )
    min_average_precision: float | None = Field(
        None,
        ge=0,
        le=1,
        description="of every class: how well its clips are ranked before others, whatever the threshold",
    )
    min_examples: int = Field(3, ge=1, description="test clips of every class")
    max_recall_drop: float = Field(
        0.15, ge=0, le=1, description="of recall against the last pushed model, for every class"
    )
    max_mean_recall_drop: float | None = Field(
        0.02,
        ge=0,
        le=1,
        description="of recall against the last pushed model, mean of all classes; judged where there is a certainty",
    )
    significance: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="a drop of recall beyond its bar fails only if chance alone makes one so large less often than this; by "
        "McNemar's test, which takes clips for independent. Default: 1 - certainty, by flipping whole groups",
    )
    max_forgetting: float | None = Field(
        None,
        ge=0,
        le=1,
        description="drop of recall against the model that training began from, for each of its classes",
    )
    min_gain_over_majority: float | None = Field(
        0, ge=0, lt=1, description="accuracy above that of the answer that is most often right; null: no such rule"
    )
    min_gain_over_single_frame: float | None = Field(
        None, ge=0, lt=1, description="accuracy above that of a network that sees one frame, which is then trained too"
    )
    max_calibration_error: float | None = Field(
        None, ge=0, le=1, description="how far probabilities are from the share of right answers, on average"
    )
    confidence: float = Field(
        0.95, gt=0, lt=1, description="of the intervals, in the report and for their lower bounds"
    )
    retired: tuple[str, ...] = Field(
        (), description="classes of the last pushed model that this one need not know any more"
    )
    renamed: dict[str, str] = Field(
        {}, description="new names of classes of the last pushed model, by the old ones; each is compared as one class"
    )
    classes: dict[str, ClassGates] = Field({}, description="other bars for single classes, by label")

    @model_validator(mode="after")
    def _renamed_once(self) -> "GatesConfig":
        for old, new in self.renamed.items():
            if new in self.renamed:
                raise ValueError(f"renamed: {new!r} is a new name and an old one; write the last name beside the first")
            if old in self.retired or new in self.retired:
                raise ValueError(f"renamed: {old!r} is to be {new!r}, and one of them is retired; leave it out of one")
        twice = [new for new, number in Counter(self.renamed.values()).items() if number > 1]
        if twice:
            raise ValueError(f"renamed: {twice[0]!r} is the new name of two classes; retire one of them")
        return self

    def bar(self, label: str, name: str) -> float:
        bar = self.optional_bar(label, name)
        if bar is None:
            raise ValueError(f"{name} has no bar")
        return bar

    def optional_bar(self, label: str, name: str) -> float | None:
        """The bar called `name` for a class; a label without bars of its own, such as "", has those of all classes."""
        own = getattr(self.classes[label], name) if label in self.classes else None
        return getattr(self, name) if own is None else own

    def rate_bar(self, label: str) -> float:
        """The highest bar that a rate of a class has to be above."""
        return max(self.bar(label, name) for name in ("min_recall", "min_precision"))

    def strictest_bar(self, name: str) -> float | None:
        """The lowest of the bars called `name`, of all classes and of single ones."""
        bars = (getattr(gates, name) for gates in (self, *self.classes.values()))
        return min((bar for bar in bars if bar is not None), default=None)

    @property
    def limit_average_precision(self) -> bool:
        """Tell whether some bar asks how clips are ranked."""
        return self.min_mean_average_precision is not None or self.strictest_bar("min_average_precision") is not None

    @property
    def limit_forgetting(self) -> bool:
        """Tell whether some bar asks for an evaluation of the model that training began from."""
        return self.strictest_bar("max_forgetting") is not None
