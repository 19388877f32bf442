"""The executor of the Pusher."""

import json
import shutil
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path, PurePath
from typing import Any

from tfx.components.pusher import executor as tfx_pusher
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components.fold_trainer.answers import read_answers, write_chosen
from components.model_gate.measurements import GATE_FILE
from components.pusher.card_files import MODEL_CARD_JSON, MODEL_CARD_MARKDOWN
from components.pusher.card_page import to_markdown
from components.pusher.changes import push, remove_old
from components.pusher.config import PushConfig
from components.pusher.destination import Destination, explained
from components.pusher.local import copy_folder
from components.pusher.model_card import RunFacts, make_model_card
from components.pusher.opening import open_destination
from components.pusher.served_models import named_versions
from components.pusher.twins import Candidate, same_model, same_weights, weights_in
from components.pusher.versions import Version, last_available, withdrawn_twin
from components.pusher.whole import version_differences
from components.storage.seal import MODEL_SEAL, Seal, compare_folder, in_words, read_seal, seal_folder
from components.video_example_gen.ledger import ACCEPTED_FILE, Entries, read_summary
from foundation.messages.errors import UserError
from foundation.messages.progress import say
from models.export_info import ExportInfo, read_export_info
from models.networks.cost import COST_FILE
from models.training.history import HISTORY_FILE
from models.training.key import read_data_digest
from models.tuning.config import assign, trial_values

NOT_PUSHED_REASON = "not_pushed_reason"

_REMEDY = "Run the same command again, so that the model is validated anew"

Inputs = Mapping[str, list[Any]]


class PusherExecutor(tfx_pusher.Executor):
    """Pushes in its own way, and leaves to TFX's Pusher what blessings mean and how the artifact is marked.

    TFX copies into the version's folder. TensorFlow Serving would find it there before it is complete, and for ever if the
    Pusher dies.
    """

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        pushed_model = artifact_utils.get_single_instance(output_dict["pushed_model"])
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed_model)
            return
        source = Path(self.GetModelPath(input_dict))
        seal = _validated(input_dict, source)
        _require_validated(seal, source)
        info = read_export_info(source)
        config = PushConfig.model_validate_json(exec_properties["push"])
        destination = open_destination(exec_properties["push_destination"], config.mode)
        candidate = Candidate(info, weights_in(seal))
        with explained(destination.uri):
            twin = withdrawn_twin(destination, same_weights(candidate))
            served = last_available(destination)
            is_served = served is not None and same_model(candidate)(served)
            damage = version_differences(served) if served and is_served else None
        if twin:
            self._MarkNotPushed(pushed_model)
            reason = (
                f"version {twin.name}, which {_likeness(twin, info)}, was withdrawn; to serve it again: "
                f"clipgate rollback --to {twin.name}"
            )
            pushed_model.set_string_custom_property(NOT_PUSHED_REASON, reason)
            say(reason)
            return

        if served and damage:
            say(f"{in_words(damage, served.uri)}: it is pushed again")
        elif served and is_served:
            # A cluster tried the step again, or it runs again after a training that came from the cache.
            self._MarkPushed(pushed_model, pushed_destination=served.uri, pushed_version=served.name)
            say(f"version {served.name}, which {_likeness(served, info)}, is served already")
            _remove_old(config, destination)
            return
        settings = json.loads(exec_properties["settings"]) | {"licence": config.licence}
        facts = self._facts(input_dict, settings, seal)
        now = time.time()

        def make_model(number: int) -> Path:
            """Fill the artifact with the version as it is served: the model and its card."""
            folder = Path(pushed_model.uri)
            time_of_push = datetime.fromtimestamp(int(now), timezone.utc).isoformat()
            with explained(pushed_model.uri):
                # An earlier attempt may have left a part of it.
                shutil.rmtree(folder, ignore_errors=True)
                copy_folder(source, folder)
                _require_validated(seal, folder)
                files = seal
                if answers := input_dict.get("answers"):
                    write_chosen(folder, read_answers(Path(answers[0].uri)))
                    files = seal_folder(folder)
                content = make_model_card(info, facts._replace(files=files), number, time_of_push)
                (folder / MODEL_CARD_JSON).write_text(json.dumps(content, indent=2) + "\n")
                # A file name that is not UTF-8 arrives here with lone surrogates, which no encoding accepts.
                (folder / MODEL_CARD_MARKDOWN).write_bytes(to_markdown(content).encode("utf-8", "backslashreplace"))
            return folder

        version = push(destination, make_model, now)
        self._MarkPushed(pushed_model, pushed_destination=version.uri, pushed_version=version.name)
        _remove_old(config, destination)

    def GetModelPath(self, input_dict: dict[str, Any]) -> str:  # noqa: N802
        """The path of the validated copy of the model, with its warm-up requests; without one, of the trainer's model."""
        blessings = input_dict.get("infra_blessing")
        if blessings and blessings[0].get_int_custom_property("has_model"):
            return path_utils.stamped_model_path(blessings[0].uri)
        return super().GetModelPath(input_dict)

    def _facts(self, inputs: Inputs, settings: Mapping[str, Any], seal: Seal) -> RunFacts:
        ledger, gate_report, model_run = (
            Path(artifact_utils.get_single_uri(inputs[name])) for name in ("ledger", "gate_report", "model_run")
        )
        examples = artifact_utils.get_single_uri(inputs["examples"])
        return RunFacts(
            settings={
                **settings,
                "data": {**settings["data"], "fingerprint": read_data_digest(examples)},
                "training": _training_settings(settings["training"], inputs),
            },
            summary=read_summary(ledger),
            accepted=Entries(ledger / ACCEPTED_FILE),
            gate=json.loads((gate_report / GATE_FILE).read_text()),
            network=json.loads((model_run / COST_FILE).read_text()),
            history=json.loads((model_run / HISTORY_FILE).read_text()),
            lineage=_lineage(self._context, inputs),
            files=seal,
        )


def _likeness(version: Version, info: ExportInfo) -> str:
    is_of_this_training = version.info.training_key == info.training_key
    return "is this very model" if is_of_this_training else "has the very same weights from another training"


def _validated(inputs: Inputs, model: Path) -> Seal:
    """What the model was when it was validated; what it is now, where no validation sealed it."""
    blessings = inputs.get("infra_blessing")
    path = Path(blessings[0].uri, MODEL_SEAL) if blessings else None
    if path is None or not path.is_file():
        return seal_folder(model)
    try:
        return read_seal(path)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error}); nothing was pushed. {_REMEDY}") from error


def _require_validated(seal: Seal, model: Path) -> None:
    if differences := compare_folder(seal, model):
        raise UserError(
            f"{in_words(differences, str(model))}: the model is not the one that was validated; nothing was pushed. {_REMEDY}"
        )


def _lineage(context: Any, inputs: Inputs) -> dict[str, Any]:
    """The run that pushed, and its inputs. On Kubeflow an executor knows neither pipeline, run nor producers."""
    node_inputs = context.pipeline_node.inputs.inputs if context.pipeline_node else {}
    producers = {name: spec.channels[0].producer_node_query.id for name, spec in node_inputs.items() if spec.channels}
    return {
        "pipeline": context.pipeline_info.id if context.pipeline_info else "",
        "run": context.pipeline_run_id or "",
        # TFX does not tell the execution's id, but names the execution's temporary folder by it.
        "execution": PurePath(context.get_tmp_path()).name,
        "artifacts": [
            {
                "input": name,
                "id": artifact.id,
                "type": artifact.type_name,
                "producer": producers.get(name, ""),
                "uri": artifact.uri,
            }
            for name, artifacts in sorted(inputs.items())
            for artifact in artifacts
        ],
    }


def _training_settings(training: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    """The configured values; a search's best values take the place of some of them."""
    searches = inputs.get("hyperparameters")
    if not searches:
        return training
    found = json.loads(Path(searches[0].uri, "best_hyperparameters.txt").read_text())["values"]
    values = {key: value for key, value in trial_values(found).items() if key.startswith("training.")}
    return dict(assign({"training": training}, values)["training"])


def _remove_old(config: PushConfig, destination: Destination) -> None:
    if config.keep_versions is None:
        return
    try:
        named = named_versions(Path(config.serving_config)) if config.serving_config else ()
        removed, needed = remove_old(destination, config.keep_versions, named)
    except UserError as error:  # the push itself has succeeded, and the next one will try again
        say(f"old versions could not be removed: {error}")
        return
    why = f"push.keep_versions is {config.keep_versions}"
    if removed:
        say(f"removed {', '.join(version.name for version in removed)}: {why}")
    if needed:
        names = ", ".join(version.name for version in needed)
        say(f"{why}, but a server or push.serving_config still needs {names}: not removed")
