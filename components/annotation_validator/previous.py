"""The span of annotated data before the present one: where it lies, and what checks see of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.annotation_validator.checks.finding import CheckInputs
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inspection import Inspection
from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.fingerprint import fingerprint_inputs
from components.annotations.records.record import Record, Reject
from components.annotations.splits.config import SplitsConfig
from components.storage.opening import open_root
from components.storage.root import Root
from foundation.messages.errors import UserError

if TYPE_CHECKING:
    # OpenCV is loaded by what looks into videos.
    from components.video.decoder_pool import DecoderPool


@dataclass(frozen=True)
class PreviousSpan:
    """Annotations and videos, and what the user calls them.

    Attributes:
      data: read by the same rules as the present ones: an explicit `data.format` is that of both.
      annotations_key, videos_key: of the configuration or the command line, for messages.
    """

    data: DataConfig
    annotations_key: str = "checks.previous_annotations"
    videos_key: str = "checks.previous_videos"

    def fingerprint(self, beam_args: Sequence[str] = ()) -> str:
        """A digest that changes with the span; see `fingerprint_inputs`.

        Raises:
          UserError: something of it is not there.
        """
        try:
            return fingerprint_inputs(self.data, SplitsConfig(), beam_args)
        except UserError as error:
            raise UserError(self._renamed(error)) from error

    def open_videos(self, beam_args: Sequence[str] = ()) -> Root:
        """Where its videos lie.

        Raises:
          UserError: there is no such place.
        """
        return open_root(self.data.videos, self.videos_key, beam_args)

    def look(
        self,
        inspection: Inspection,
        root: Root | None,
        decoders: "DecoderPool | None",
        beam_args: Sequence[str] = (),
        on_video: Callable[[int, int], None] = lambda done, total: None,
    ) -> CheckInputs:
        """What checks see of it; the arguments are those of `Inspection.inputs`.

        If none of its videos can be looked at, rows are taken at their word, and nothing is known of the videos.

        Raises:
          UserError: it cannot be read, or has no segment that a run would take.
        """
        try:
            records = load_annotations(self.data, beam_args)
        except UserError as error:
            raise UserError(self._renamed(error) + self._rule_of_format) from error
        # Nobody asks for splits of what is over, nor for background: videos without a row may be the present ones.
        negatives = inspection.negatives and NegativesConfig(label=inspection.negatives.label)
        inspection = inspection.model_copy(update={"splits": None, "negatives": negatives})
        inputs = inspection.inputs(records, root, decoders, on_video)
        if not inputs.segments:
            inputs = inspection.inputs(records, None, None)
        if not inputs.segments:
            raise UserError(self._nothing_usable(records, inputs.rejects))
        return inputs

    def _nothing_usable(self, records: Sequence[Record], rejects: Sequence[Reject]) -> str:
        first = rejects[0]
        return (
            f"{self.annotations_key}: none of the {len(records)} rows of {self.data.annotations} can be used, such as "
            f"{first.source}: {first.message}{self._rule_of_format}"
        )

    @property
    def _rule_of_format(self) -> str:
        if self.data.format == "auto":
            return ""
        return (
            f". It is read as data.format says ({self.data.format}); where the two spans differ in that, set it to auto"
        )

    def _renamed(self, error: UserError) -> str:
        """What is said of the section `data`, said of what this span is called."""
        message = str(error).replace("data.annotations", self.annotations_key).replace("data.videos", self.videos_key)
        is_named = message.startswith((self.annotations_key, self.videos_key))
        return message if is_named else f"{self.annotations_key}: {message}"


def find_previous(data: DataConfig, checks: ChecksConfig) -> PreviousSpan | None:
    """The span that `checks` name; None if they name none. `data`: the present one."""
    if not checks.previous_annotations:
        return None
    place = {"annotations": checks.previous_annotations, "videos": checks.previous_videos or data.videos}
    # Its columns of numbers are not compared; rows without them are as good.
    return PreviousSpan(data.model_copy(update={**place, "metadata": (), "pca": None}))
