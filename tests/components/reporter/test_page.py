"""What people read on the page, and that it is safe to open."""

import base64
import html
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from components.annotation_validator.findings import Finding, Place, Severity
from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.config import ClassGates, GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge as judge_model
from components.model_gate.verdict import Verdict
from components.model_gate.weighing import Evidence, weigh
from components.reporter.data import (
    Account,
    Anomaly,
    Frame,
    GroupRow,
    History,
    Inspected,
    MissedClip,
    Push,
    ReasonRow,
    RejectedInput,
    ReportData,
    Strip,
)
from components.reporter.page import render
from components.reporter.quality import Quality, SliceRow
from components.serving_validator.rules import BAD_REQUEST, PARITY, Measurement, ServingValidationConfig, judge
from tests.components.model_gate.test_evidence import measured
from tests.components.pages.scripts import without_script

MakeReport = Callable[..., ReportData]
HOSTILE = """"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 7 * 191 }}"""
FETCHING_ATTRIBUTES = {"src", "srcset", "href", "xlink:href", "action", "poster", "data", "background"}


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.lasttag not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def text_of(section: str, page: str) -> str:
    match = re.search(rf'<section id="{section}">.*?</section>', page, re.DOTALL)
    assert match, f"no section {section}"
    return Page(match.group()).text


def test_a_pushed_model_is_announced_with_version_and_place(make_report: MakeReport) -> None:
    text = Page(render(make_report())).text
    assert "✓ Pushed as version 17" in text and "/models/17" in text
    assert "Not pushed" not in text and "✗" not in text


def test_the_numbers_behind_the_verdict_stand_next_to_it(make_report: MakeReport) -> None:
    header = Page(render(make_report()).split('<main id="main">')[0]).text
    assert "test accuracy, bar 0.6 0.875" in header
    assert "test clips 8" in header and "test groups 3" in header and "rules passed 8 of 8" in header
    assert "its 95 % interval 0.529 to 0.978" in header


def test_a_failed_model_names_class_value_and_bar_in_a_sentence(make_report: MakeReport) -> None:
    report = make_report(gates=GatesConfig(classes={"sit": ClassGates(min_recall=0.9)}), push=None)
    page = render(report)
    header = Page(page.split('<main id="main">')[0]).text
    assert "✗ Not pushed" in header and "class 'sit': recall 0.75, bar at least 0.9" in header
    assert "0.750 ✗ below 0.9" in text_of("classes", page)
    assert page.count('<td class="failed"') == 1


def test_a_rate_above_its_bar_that_too_few_clips_show_is_open_and_not_below_it(make_report: MakeReport) -> None:
    few = measured({"a": [2, 2], "b": [2, 2]}, 2)
    page = render(
        make_report(counts=((4, 0), (0, 4)), classes=("a", "b"), verdict=judge_model(GatesConfig(), few), push=None)
    )
    assert "1.000 ? open, bar 0.5" in text_of("classes", page)
    assert "✗ below" not in text_of("classes", page)


def test_a_model_that_passed_and_was_not_pushed_says_so(make_report: MakeReport) -> None:
    assert "Every rule passed, but the Pusher did not push" in Page(render(make_report(push=None))).text


def test_a_check_that_failed_in_serving_stands_on_top_and_in_its_table(make_report: MakeReport) -> None:
    measurements = (
        Measurement(PARITY, "predict_jpeg", 0.25, "8 clips"),
        Measurement(BAD_REQUEST, "predict_jpeg, no image", "error"),
        Measurement(BAD_REQUEST, "predict_jpeg, zero frames", "not finite"),
    )
    page = render(make_report(push=None, serving=judge(ServingValidationConfig(), measurements)))
    header = Page(page.split('<main id="main">')[0]).text
    assert "difference from the evaluation in predict_jpeg: 0.25, bar at most 1e-05 (8 clips)" in header
    assert "Every rule passed" not in header
    serving = text_of("serving", page)
    assert "1 of 3 checks passed" in serving and "✗ 0.25 1e-05 8 clips" in serving
    assert "bad request to predict_jpeg, zero frames ✗ not finite" in serving
    assert "1 bad request, each answered or refused" in serving and "predict_jpeg, no image: error" in serving


def test_a_verdict_without_rules_is_not_called_passed(make_report: MakeReport) -> None:
    assert "No rule was applied" in Page(render(make_report(push=None, verdict=Verdict(())))).text


def test_what_was_found_in_the_data_is_listed_as_text(make_report: MakeReport) -> None:
    finding = Finding("few_groups", Severity.ERROR, f"class {HOSTILE}", "Add groups.", places=(Place("a.mp4"),))
    page = render(make_report(inspected=Inspected((finding,) * 21, "/artifacts/report.html")))
    section = text_of("findings", page)
    assert f"few_groups error, 1 place class {HOSTILE} Add groups." in section
    assert section.count("Add groups.") == 20 and "and 1 more" in section and "/artifacts/report.html" in section
    assert "<script" not in without_script(page)
    assert "Nothing was found" in text_of("findings", render(make_report()))


def test_clips_that_the_model_is_wrong_about_are_shown_and_doubtful_labels_told(make_report: MakeReport) -> None:
    strip = Strip("sit", f"{HOSTILE}.mp4", 0.5, 1.25, (Frame(b"missed", 0.75),))
    misses = {"sit": (MissedClip(strip, ("stand",), 0.97, 0.01, True), MissedClip(strip, ("stand",), 0.5, 0.4, False))}
    page = render(make_report(misses=misses))
    section = text_of("misses", page)
    assert section.count("sit taken for stand") == 2 and section.count("✗ label may be wrong") == 1
    assert "0.50 to 1.25 s probability 0.970, of its own class 0.010" in section
    assert page.count(base64.b64encode(b"missed").decode()) == 2
    assert "<script" not in without_script(page)
    assert "No test clip was taken for another class" in text_of("misses", render(make_report()))


def test_the_change_against_the_last_pushed_model_is_shown(make_report: MakeReport) -> None:
    classes = text_of("classes", render(make_report(baseline=((4, 0), (0, 4)))))
    assert "−0.250 ✗ below −0.150" in classes and "+0.000 bar −0.150" in classes


def test_a_first_model_has_no_column_for_the_change(make_report: MakeReport) -> None:
    classes = text_of("classes", render(make_report()))
    assert "No model was pushed before" in classes and "change of recall" not in classes


def test_a_class_that_is_never_predicted_shows_precision_zero(make_report: MakeReport) -> None:
    assert "0.000 ✗ below 0.5" in text_of("classes", render(make_report(counts=((4, 0), (4, 0)))))


def test_a_class_without_test_clips_says_so(make_report: MakeReport) -> None:
    page = render(make_report(counts=((4, 0), (0, 0))))
    assert "no clip ✗ below 3 no clip ✗ fails, bar 0.5" in text_of("classes", page)
    assert "no clip" in text_of("confusion", page)


def test_a_class_that_only_the_gates_know_is_unknown_to_the_model(make_report: MakeReport) -> None:
    gates = GatesConfig(classes={"jump": ClassGates(min_recall=0.9)})
    assert "unknown to the model ✗ fails, bar 0.9" in text_of("classes", render(make_report(gates=gates)))


def test_no_clip_at_all_gives_a_page_nevertheless(make_report: MakeReport) -> None:
    text = Page(render(make_report(counts=((0, 0), (0, 0)), push=None))).text
    assert "test accuracy, bar 0.6 not measured" in text


def test_the_matrix_says_which_axis_is_the_truth(make_report: MakeReport) -> None:
    confusion = text_of("confusion", render(make_report()))
    assert "Rows are the true class" in confusion
    assert "sit 3 1 4 clips stand 4 4 clips" in confusion
    assert "sit taken for stand , 1 of 4" in confusion


def test_the_learning_curves_name_the_restored_epoch(make_report: MakeReport) -> None:
    page = render(make_report())
    assert page.count("<svg") == 2 and "the weights of epoch 2" in text_of("curves", page)


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (History((1.0,), (1.1,), (0.5,), (0.4,)), "1 epoch. The model has the weights of epoch 1"),
        (History((float("nan"),), (float("nan"),), (0.0,), (0.0,)), "No epoch has a finite eval loss"),
    ],
)
def test_a_short_or_failed_training_has_curves_too(make_report: MakeReport, history: History, words: str) -> None:
    assert words in text_of("curves", render(make_report(history=history)))


def test_every_class_with_test_clips_has_a_strip_and_every_other_says_why_not(make_report: MakeReport) -> None:
    page = render(make_report(counts=((4, 0, 0), (0, 4, 0), (0, 0, 0)), classes=("sit", "stand", "jump")))
    frames = text_of("frames", page)
    assert page.count("data:image/jpeg;base64,") == 4
    assert "sit 0.50 s 1.00 s sit.mp4 0.50 to 1.25 s" in frames
    assert "jump There is no test clip of this class." in frames


def test_rejects_are_listed_with_reason_remedy_and_place(make_report: MakeReport) -> None:
    sample = RejectedInput("a.csv", 12, "lost.mp4", "", "no file lost.mp4")
    account = Account(9, 8, 1, 5, 3, 2, (ReasonRow("video_missing", "Put it there.", 1, 2, (sample,)),))
    ledger = text_of("ledger", render(make_report(account=account)))
    assert "Annotation rows: 9 found, 8 accepted, 1 rejected" in ledger
    assert "Videos: 5 found, 3 used, 2 rejected" in ledger
    assert "video_missing 1 row, 2 videos Put it there." in ledger
    assert "a.csv 12 lost.mp4 – no file lost.mp4" in ledger


def test_an_empty_ledger_says_that_nothing_was_rejected(make_report: MakeReport) -> None:
    assert "Nothing was rejected." in text_of("ledger", render(make_report()))


def test_anomalies_are_none_or_a_list_or_were_not_looked_for(make_report: MakeReport) -> None:
    anomaly = Anomaly("eval", "brightness", "error", "Out of range", "1.02 > 1")
    assert "None: the train, eval, test data fit" in text_of("anomalies", render(make_report()))
    found = text_of("anomalies", render(make_report(anomalies=(anomaly,))))
    assert "eval brightness error Out of range 1.02 > 1" in found
    assert "No split was compared" in text_of("anomalies", render(make_report(validated_splits=())))


def test_at_most_ten_groups_are_shown(make_report: MakeReport) -> None:
    groups = tuple(GroupRow(f"person_{i:02}", 4, i / 20) for i in range(12))
    text = text_of("groups", render(make_report(groups=groups)))
    assert "The 10 worst of the 12 groups" in text
    assert "person_00 4 0.000" in text and "person_09" in text and "person_10" not in text
    assert "Nothing was measured by group." in text_of("groups", render(make_report(groups=())))


def test_hostile_text_is_text_wherever_it_comes_from(make_report: MakeReport) -> None:
    clean = make_report(classes=("sit", "stand"), counts=((0, 4), (4, 0)))
    hostile = hostile_report(make_report)
    page = render(hostile)
    parsed = Page(page)
    assert "<script" not in without_script(page) and "1337" not in parsed.text
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert parsed.tags <= Page(render(clean)).tags | {"details", "summary", "bdi", "b"}
    # Name (twice), destination, version (twice), label in each of its tables, file, video, value, message, ...
    assert parsed.text.count("<script>alert(1)</script>") >= 20
    assert html.escape(HOSTILE, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page


def test_the_page_fetches_nothing(make_report: MakeReport) -> None:
    for report in (make_report(), hostile_report(make_report)):
        page = render(report)
        assert "http://" not in page and "https://" not in page
        assert not re.search(r"url\((?!#)|@import", page)
        fetched = [value for name, value in Page(page).attributes if name in FETCHING_ATTRIBUTES]
        assert all(value.startswith(("data:image/jpeg;base64,", "#")) for value in fetched)
        assert "default-src 'none'" in page


def hostile_report(make_report: MakeReport) -> ReportData:
    """A run in which whatever a user or a file can name is an attack."""
    report = make_report(classes=(HOSTILE, "stand"), counts=((0, 4), (4, 0)), baseline=((4, 0), (0, 4)))
    sample = RejectedInput(HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE)
    strip: Strip = report.strips["stand"]._replace(label=HOSTILE, video=HOSTILE)
    return replace(
        report,
        name=HOSTILE,
        push=Push(HOSTILE, HOSTILE),
        strips={HOSTILE: strip},
        account=report.account._replace(reasons=(ReasonRow("label_unknown", "", 1, 0, (sample,)),)),
        anomalies=(Anomaly("test", HOSTILE, "error", HOSTILE, HOSTILE),),
        groups=(GroupRow(HOSTILE, 4, 0.5),),
        quality=Quality(slices={HOSTILE: (SliceRow(HOSTILE, 4, 0.5),)}),
    )


def test_boxes_of_a_tracker_have_their_mean_iou_overall_and_for_each_class(make_report: MakeReport) -> None:
    page = render(make_report(mean_ious={"": 0.715, "sit": 0.625}))
    assert "test mean IoU of the boxes 0.715" in Page(page).text
    classes = text_of("classes", page)
    assert "0.625" in classes
    assert "no box" in classes
    assert "IoU" not in render(make_report())


def answers_of(num_groups: int) -> Evidence:
    """As if each group had shown sit and stand once, and the model had found both."""
    found = {f"person {group}": [Entry((0,), (0,), 1), Entry((1,), (1,), 1)] for group in range(num_groups)}
    matrix = ConfusionMatrix(("sit", "stand"), ((num_groups, 0), (0, num_groups)))
    evidence = weigh(Measurements(matrix, groups=GroupAnswers.of(found, matrix.classes, has_several_labels=False)))
    assert evidence is not None
    return evidence


def test_rates_have_intervals_that_know_the_groups(make_report: MakeReport) -> None:
    evidence = answers_of(20)
    page = render(make_report(quality=Quality(evidence=evidence)))
    classes = text_of("classes", page)
    for interval in (
        evidence.recall["sit"].interval(0.95),
        evidence.precision["sit"].interval(0.95),
        evidence.precision["sit"].f1_interval(0.95),
    ):
        assert interval and f"{interval.low:.3f} to {interval.high:.3f}" in classes
    assert "its 95 % interval" in Page(page.split('<main id="main">')[0]).text


def test_clips_of_few_groups_have_no_interval_and_the_page_says_so(make_report: MakeReport) -> None:
    page = render(make_report(quality=Quality(evidence=answers_of(5))))
    assert " to " not in text_of("classes", page).partition("F1")[2]
    assert "its interval too few groups" in Page(page.split('<main id="main">')[0]).text


def test_calibration_is_drawn_and_summed_up_or_said_to_be_missing(make_report: MakeReport) -> None:
    quality = Quality(reliability=((8, 0.6, 0.875),), overall={"calibration_error": 0.275})
    page = render(make_report(quality=quality))
    assert "differ by 0.275" in text_of("calibration", page)
    assert "0.88 at 0.60" in page and page.count("<svg") == 3
    assert "was not measured" in text_of("calibration", render(make_report()))


def test_figures_and_recalls_of_the_train_split_are_shown_where_it_was_evaluated(make_report: MakeReport) -> None:
    train = ConfusionMatrix(("sit", "stand"), ((9, 1), (0, 0)))
    overall = {"sparse_categorical_accuracy": 0.875}
    quality = Quality(overall=overall, train_overall={"sparse_categorical_accuracy": 0.9}, train_matrix=train)
    page = render(make_report(quality=quality))
    assert "accuracy 0.875 0.900" in text_of("figures", page)
    assert "recall in train" in text_of("classes", page) and "0.900" in text_of("classes", page)
    without = render(make_report(quality=Quality(overall=overall)))
    assert "recall in train" not in without and "The train split was not evaluated" in without


def test_slices_are_listed_by_feature(make_report: MakeReport) -> None:
    rows = (SliceRow("above 1 up to 2", 9, 0.5),)
    slices = text_of("slices", render(make_report(quality=Quality(slices={"duration": rows}))))
    assert "duration" in slices and "above 1 up to 2 9 0.500" in slices
    assert "Nothing was measured by slices" in text_of("slices", render(make_report()))


def test_every_rule_is_in_the_table_with_its_verdict(make_report: MakeReport) -> None:
    gates = GatesConfig(classes={"sit": ClassGates(min_recall=0.9)})
    rules = text_of("rules", render(make_report(gates=gates, push=None)))
    assert "recall sit 0.75 at least 0.9 ✗ failed" in rules
    assert "gain over majority all 0.375 more than 0 passed most frequent class 0.5, this one 0.875" in rules
