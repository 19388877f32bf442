"""The stage from a verdict to a pushed version, and to a page for people."""

from typing import Any

from components.pusher.component import Pusher
from components.reporter.component import Reporter
from pipeline.plan import Plan
from pipeline.stages.data import Data
from pipeline.stages.judgement import Judgement
from pipeline.stages.learning import Learning


def make_delivery(plan: Plan, data: Data, learning: Learning, judgement: Judgement) -> list[Any]:
    config = plan.config
    pusher = Pusher(
        model=learning.model,
        model_blessing=judgement.gate_blessing,
        infra_blessing=judgement.serving_blessing,
        examples=data.examples,
        ledger=data.ledger,
        model_run=learning.model_run,
        gate_report=judgement.gate_report,
        hyperparameters=learning.hyperparameters,
        answers=learning.answers,
        push_destination=config.push_destination,
        push=config.push,
        settings=plan.card_settings,
        withdrawn_version=plan.withdrawn_version,
        attempt=plan.push_attempt,
    )
    reporter = Reporter(
        name=config.name,
        examples=data.examples,
        ledger=data.ledger,
        annotation_report=data.annotation_validator.outputs["report"],
        anomalies=data.anomalies,
        model_run=learning.model_run,
        evaluation=judgement.evaluation,
        train_evaluation=judgement.train_evaluation,
        gate_report=judgement.gate_report,
        serving_report=judgement.serving_report,
        pushed_model=pusher.outputs["pushed_model"],
    )
    return [pusher, reporter]
