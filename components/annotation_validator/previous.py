"""The span of annotated data before the present one: where it lies, and what is wrong with that place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from components.annotation_validator.config import ChecksConfig
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations, load_records
from components.annotations.files.fingerprint import fingerprint_inputs
from components.annotations.records.record import Record, Reject
from components.annotations.splits.config import SplitsConfig
from components.storage.known_digests import KnownDigests
from components.storage.opening import open_root
from components.storage.root import Root
from foundation.messages.errors import UserError


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

    def fingerprint(self, beam_args: Sequence[str] = (), known: KnownDigests | None = None) -> str:
        """A digest that changes with the span; see `fingerprint_inputs`.

        Raises:
          UserError: something of it is not there.
        """
        try:
            records = load_records(self.data, beam_args)
            return fingerprint_inputs(self.data, SplitsConfig(), records, beam_args, known)
        except UserError as error:
            raise UserError(self._renamed(error)) from error

    def open_videos(self, beam_args: Sequence[str] = ()) -> Root:
        """Where its videos lie.

        Raises:
          UserError: there is no such place.
        """
        return open_root(self.data.videos, self.videos_key, beam_args)

    def read(self, beam_args: Sequence[str] = ()) -> Collection[Record]:
        """Its annotations.

        Raises:
          UserError: they cannot be read.
        """
        try:
            return load_annotations(self.data, beam_args).records
        except UserError as error:
            raise UserError(self._renamed(error) + self._rule_of_format) from error

    def unusable(self, records: Collection[Record], rejects: Sequence[Reject]) -> UserError:
        """The error that none of its rows gives a segment."""
        return UserError(
            f"{self.annotations_key}: none of the {len(records)} rows of {self.data.annotations} can be used, such as "
            f"{rejects[0].source}: {rejects[0].message}{self._rule_of_format}"
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
