"""Renders ReportData as HTML."""

from markupsafe import Markup

from components.annotations.splits.config import SPLITS
from components.pages.environment import render_page
from components.reporter.classes import class_rows, top_confusions
from components.reporter.data import NUM_WORST_GROUPS, ReportData
from components.reporter.plots import learning_curve, reliability_diagram
from components.serving_validator.rules import BAD_REQUEST
from foundation.evidence import FEWEST_GROUPS, State

_NUM_FINDINGS = 20


def render(data: ReportData) -> str:
    """One HTML document that needs no script and fetches nothing."""
    history = data.history
    loss = learning_curve("loss", history.train_loss, history.eval_loss, history.restored_epoch)
    accuracy = learning_curve("accuracy", history.train_accuracy, history.eval_accuracy, history.restored_epoch)
    return render_page(
        "report.html",
        _FILTERS,
        data=data,
        several=data.matrix.has_several_labels,
        headline=_headline(data),
        is_open=_is_open(data),
        fewest_groups=FEWEST_GROUPS,
        bars={finding.rule: finding.bar for finding in data.verdict.findings if not finding.label},
        accuracy_interval=data.quality.accuracy_interval(data.matrix.num_right, data.matrix.num_clips),
        rows=class_rows(data.matrix, data.verdict, data.quality),
        confusions=top_confusions(data.matrix),
        num_findings=_NUM_FINDINGS,
        worst_groups=data.groups[:NUM_WORST_GROUPS],
        asked="asked" if data.num_folds else "test",
        split_names=SPLITS,
        bad_request=BAD_REQUEST,
        # Only numbers went into these drawings, so they need no escaping.
        reliability_svg=Markup(reliability_diagram(data.quality.reliability)),
        loss_svg=Markup(loss),
        accuracy_svg=Markup(accuracy),
    )


def _headline(data: ReportData) -> str:
    if data.push:
        return f"Pushed as version {data.push.version}"
    clips = "clips" if data.num_folds else "test clips"
    return f"Not pushed: the {clips} cannot tell" if _is_open(data) else "Not pushed"


def _is_open(data: ReportData) -> bool:
    return not data.push and data.verdict.state is State.OPEN and not data.serving.failures


_FILTERS = {
    "short": lambda value: "" if value is None else f"{value:.3g}",
    "signed": lambda value: f"{value + 0.0:+.3f}".replace("-", "−"),
    "interval": lambda ends: f"{ends.low:.3f} to {ends.high:.3f}" if ends else "–",
    "percent": lambda value: f"{100 * min(max(value, 0.0), 1.0):.1f}%",
    "whole_percent": lambda value: f"{100 * value:.3g} %",
    "seconds": lambda value: f"{value:.2f}",
}
