"""What an inspection needs to know besides the records: what a run would do with them, and what its gates ask for."""

from components.annotations.config import NegativesConfig
from components.annotations.splits.config import SplitsConfig
from components.video.config import SamplingConfig
from foundation.section import Section
from models.config import ONE, Labels


class Inspection(Section):
    """Parts of the configuration.

    Attributes:
      labels: how many a clip has.
      classes: labels other than these are rejected; None: all labels are fine.
      served_classes: what the served model knows by today's names; in a run none, since that does not begin without them.
      splits: None: the splits that rows name are meant.
      certainty: with which the gates ask for rates above their bars; None: they do not.
      rate_bars, lower_bounds: the highest bar of a rate, and the bar of recall's lower bound, by label; "" stands for others.
      asked_splits: those that the gates measure on: test, or train and test with folds.
      min_examples: how many test clips the gates ask for, by label; of other labels `default_min_examples`.
    """

    labels: Labels = ONE
    classes: tuple[str, ...] | None = None
    served_classes: tuple[str, ...] = ()
    negatives: NegativesConfig | None = None
    splits: SplitsConfig | None = None
    sampling: SamplingConfig = SamplingConfig()
    asked_splits: tuple[str, ...] = ("test",)
    certainty: float | None = None
    rate_bars: dict[str, float] = {}
    lower_bounds: dict[str, float] = {}
    min_examples: dict[str, int] = {}
    default_min_examples: int = 1

    def rate_bar(self, label: str) -> float:
        """The highest bar that a rate of the class has to be above."""
        return self.rate_bars.get(label, self.rate_bars.get("", 0.0))
