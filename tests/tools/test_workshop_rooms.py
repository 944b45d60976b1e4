"""What was measured for a room stands on the pages, and follows the reports."""

import json

import pytest

from gan_lessons.tools import workshop_rooms

PAGE = """# Rooms

<!-- load: written by python -m gan_lessons times -->
old
<!-- end of load -->

Words.

<!-- memory: written by python -m gan_lessons times -->
<!-- end of memory -->
"""
ONE = {"notebook": "99_lesson", "end_mb": 500, "own_mb": 400, "peak_mb": 600}
ALL = {
    "students": 8,
    "failures": 0,
    "picture_s": 41.6,
    "least_frames_per_second": 12.0,
    "median_frames_per_second": 14.0,
}
ALL |= {"memory_mb": 500, "hub_mb": 200, "play_s": 60, "cores": 2, "used_cores": 1.8}


@pytest.fixture
def page(tmp_path):
    """page(**changed): the text for a load test whose last row is `ALL` but for these."""
    for folder in ("docs", "workshop/jupyterhub"):
        (tmp_path / folder).mkdir(parents=True)
    path = tmp_path / "workshop" / "jupyterhub" / "README.md"
    path.write_text(PAGE, encoding="utf-8")
    (tmp_path / "docs" / "memory.jsonl").write_text(json.dumps(ONE) + "\n", encoding="utf-8")

    def text(**changed):
        rows = [{"student": "student1"}, ALL | changed]
        path.with_name("load_test.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return workshop_rooms.up_to_date(tmp_path, {})[path]

    return text


def test_the_reports_reach_the_page(page):
    text = page()
    assert "| `99_lesson` | 500 | 400 | 600 |\n<!-- end of memory -->" in text
    assert "other work" not in text
    assert "old" not in text and "\nWords.\n" in text
    assert "for 60 seconds, and none failed." in text
    assert "12.0 frames a second or more, and the median was 14.0." in text
    assert "a core carries 4.0 learners who all play at the same moment, and 1 GB of memory carries 2.0." in text


def test_slow_labs_and_failures_are_said(page):
    text = page(least_frames_per_second=5.0, failures=2, used_cores=0.96)
    assert "did other work, too: hub and learners had 1.0 cores" in text
    assert "2 of them failed" in text and "a core carries 2.0 learners" in text


def test_a_load_test_that_failed_is_refused(page):
    for changed in ({"picture_s": None}, {"memory_mb": 0}):
        with pytest.raises(ValueError, match=r"no load test in which a lab came: run `python -m benchmarks hub` again"):
            page(**changed)


def test_what_others_wrote_on_a_page_stays(page, tmp_path):
    page()
    path = tmp_path / "workshop" / "jupyterhub" / "README.md"
    found = workshop_rooms.up_to_date(tmp_path, {path: PAGE.replace("Words", "Other words")})
    assert "\nOther words.\n" in found[path] and "| `99_lesson` |" in found[path]
