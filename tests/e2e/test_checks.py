"""A run of data that fail their checks."""

from pathlib import Path

from tests.e2e.project import explain, make_project


def test_a_run_of_faulty_data_stops_before_a_video_is_decoded_and_lists_the_faults(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=2)
    project.configure(checks={"on_failure": "stop"})
    result = project.run()
    assert result.returncode == 4, explain(result)
    assert "stopped before training: " in result.stderr
    assert "few_groups: class 'blue' comes from 2 groups" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert "VideoExampleGen" not in result.stdout
