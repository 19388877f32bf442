"""The page about the annotations."""

from components.annotation_validator.page import render
from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.finding import Finding, Place
from components.annotations.records import Source
from tests.components.annotations.checks.making import clean_records, found, inputs_of


def test_a_page_says_the_verdict_and_every_finding_and_fetches_nothing() -> None:
    inputs = inputs_of(clean_records(num_groups=2))
    findings = found(inputs)
    page = render("street", findings, inputs, ChecksConfig())
    assert f"{sum(finding.severity == 'error' for finding in findings)} findings fail the data" in page
    for finding in findings:
        assert f"<code>{finding.check}</code>" in page and finding.message.split("'")[0] in page
    assert "labels.csv, row 2: 0.mp4" in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    assert "The data may be trained on" in render("street", [], inputs, ChecksConfig())


def test_what_annotators_wrote_is_text_and_long_lists_are_cut() -> None:
    places = tuple(Place("<b>.mp4", "<script>", Source("labels.csv", row)) for row in range(60))
    finding = Finding("few_groups", Severity.ERROR, "class '<script>'", "Add some.", places=places)
    page = render("street", [finding], inputs_of([]), ChecksConfig())
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "and 10 more, in findings.json" in page
