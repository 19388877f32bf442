"""Whether a version is a candidate's very model: trained from the same, or the same all the same. No TensorFlow here."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from components.pusher.versions import IsTwin, Version
from components.pusher.whole import card_seal
from components.storage.local import LocalRoot
from components.storage.seal import Seal
from models.export_info import WEIGHTS_FILE, ExportInfo, read_export_info


class Candidate(NamedTuple):
    """A model that may be pushed; `weights`: SHA-256 of its file of weights, empty if it has none."""

    info: ExportInfo
    weights: str


def read_candidate(folder: Path) -> Candidate:
    """The candidate in an exported model; see `read_export_info` for what is raised."""
    weights = LocalRoot(folder).digest(WEIGHTS_FILE) if (folder / WEIGHTS_FILE).is_file() else ""
    return Candidate(read_export_info(folder), weights)


def trained_from(training_key: str) -> IsTwin:
    """Tell whether versions were trained from the very same data, configuration and code."""
    return lambda version: version.info.training_key == training_key


def same_model(candidate: Candidate) -> IsTwin:
    """Tell whether versions have the same training, or the same weights, classes and code."""
    return lambda version: _is_twin(version, candidate, version.info)


def same_weights(candidate: Candidate) -> IsTwin:
    """As `same_model`, whatever code has exported the versions: what they answer is as good or bad."""
    return lambda version: _is_twin(version, candidate, replace(version.info, code=candidate.info.code))


def _is_twin(version: Version, candidate: Candidate, info: ExportInfo) -> bool:
    if info.training_key == candidate.info.training_key:
        return True
    like = replace(info, training_key=candidate.info.training_key, base=candidate.info.base)
    return bool(candidate.weights) and like == candidate.info and _weights_of(version) == candidate.weights


def _weights_of(version: Version) -> str:
    """The digest of a version's weights, of which its card tells; empty if it does not."""
    try:
        return weights_in(card_seal(version) or {})
    except (ValueError, KeyError, TypeError):
        return ""


def weights_in(seal: Seal) -> str:
    """The digest of the file of weights among sealed files; empty if it is not among them."""
    return seal[WEIGHTS_FILE].sha256 if WEIGHTS_FILE in seal else ""
