"""The model that a training begins from, found and checked when the run is planned, before anything is decoded."""

from collections.abc import Callable
from pathlib import Path

from components.baseline.pushed import pushed_versions
from components.pusher.whole import require_whole_folder
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from foundation.messages.progress import announce
from models.base_model import BaseModel, open_base, require_same_network
from models.config import ModelConfig
from models.export_info import read_export_info
from models.networks.catalogue import NETWORKS
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.training.config import PRETRAINED, WarmStartConfig
from pipeline.config import Config


def find_base(config: Config, training_key: Callable[[str], str]) -> BaseModel | None:
    """The base model that `training.warm_start` names; None for a training that begins with random or pretrained weights.

    `training_key`: from the fingerprint of a base model to the key of this run's training.

    Raises:
      UserError: there is none, or the configured network cannot take over its weights, or pretrained ones are not installed.
    """
    warm_start = config.training.warm_start
    if warm_start is None or warm_start.model == PRETRAINED:
        if NETWORKS[config.model.network].is_pretrained:
            EFFICIENTNET_LITE0.find()  # or say how to get it, before anything is decoded
        return None
    place = config.push_destination if warm_start.model == "latest" else warm_start.model
    if is_remote(place):
        raise UserError(
            f"training.warm_start: {place} is an address, and a base model is read from a folder; copy the version there and "
            "name the folder in training.warm_start.model"
        )
    try:
        return _find_base(config, warm_start, Path(place), training_key)
    except FileNotFoundError as error:
        raise UserError(
            f"training.warm_start: {error.filename} was withdrawn or removed while it was read; run the same command again"
        ) from error


def _find_base(
    config: Config, warm_start: WarmStartConfig, path: Path, training_key: Callable[[str], str]
) -> BaseModel:
    cards = {version: read_export_info(version) for version in pushed_versions(path)}
    if cards:
        # A run that is repeated after its push finds its own model there, and must not begin from that.
        others = [version for version, card in cards.items() if card.training_key != training_key(card.base)]
        path = (others or list(cards))[-1]
    elif warm_start.model == "latest":
        raise UserError(
            f"training.warm_start.model is latest, but no model was pushed to {path}; train one without warm_start, "
            "or name the folder of another model"
        )
    if path.is_dir():
        require_whole_folder(path, "name another one in training.warm_start.model")
    base = open_base(path).renamed(config.gates.renamed)
    _require_usable(base, config, warm_start)
    return base


def _require_usable(base: BaseModel, config: Config, warm_start: WarmStartConfig) -> None:
    require_same_network(base, config.model)
    _say_what_was_seen(base, config.model)
    if config.gates.limit_forgetting:
        if base.info is None:
            raise UserError(
                f"gates.max_forgetting: {base.weights} holds weights only, which cannot be evaluated; name the folder "
                "of an exported model in training.warm_start.model, or leave max_forgetting out"
            )
        stored = base.info.sampling.get("num_frames")
        if stored != config.sampling.num_frames:
            raise UserError(
                f"gates.max_forgetting: the base model reads clips of {stored} stored frames, but sampling.num_frames is "
                f"{config.sampling.num_frames}; set it to {stored}, or leave max_forgetting out"
            )
    # Keras takes seconds to load, so this check comes last.
    from models.training.warm_start import require_fitting

    require_fitting(base, config.model, warm_start)


def _say_what_was_seen(base: BaseModel, model: ModelConfig) -> None:
    """Weights from elsewhere go with any input, and best with one that they were trained on."""
    if base.card is None:
        return
    seen = base.card.input
    if (seen.num_frames, seen.height, seen.width) != (model.num_frames, model.height, model.width):
        announce(
            f"the weights of {base.path} were trained on {seen.num_frames} frames of {seen.height} x {seen.width}, and model "
            f"has {model.num_frames} of {model.height} x {model.width}"
        )
