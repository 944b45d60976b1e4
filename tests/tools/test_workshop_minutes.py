"""The workshop's tables follow the notebooks, and a plan that no longer fits says so."""

import pytest

from gan_lessons.tools import workshop_minutes

PAGE = """# 99 · A lesson

<!-- minutes: written by python -m gan_lessons times -->
| section | minutes | seconds of running | run before |
| --- | ---: | ---: | --- |
| 2. Second | 7 | 1.0 | 1 |
<!-- end of minutes -->

Words.
"""
LEAD = """# Lead

<!-- pages: written by python -m gan_lessons times -->
<!-- end of pages -->

### Short: {} minutes

| at | minutes | page | what | if late |
| --- | ---: | --- | --- | --- |
| 7:00 | 2 | | Welcome | |
| 7:00 | 99 | [99](99_lesson.md) | sections 1, 2 and the key points | section 2: 99 minutes |
| 7:00 | 99 | | Reserve | |
| 7:00 | | | End | |
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "workshop").mkdir()
    (tmp_path / "workshop" / "99_lesson.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "workshop" / "README.md").write_text(LEAD.format(20), encoding="utf-8")
    return tmp_path


def lesson():
    texts = (
        "# 99 · A lesson: about nothing\n\n**Short of time?** Leave out section 2: 1 minutes are left.",
        "## 1. First\n\n" + "word " * 800,
        "## 2. Second\n\n" + "word " * 1200,
        "## Key points\n\nNone.\n\n## Further reading\n\n" + "word " * 1200,
    )
    cells = [{"cell_type": "markdown", "id": f"c{i}", "metadata": {}, "source": text} for i, text in enumerate(texts)]
    return {"99_lesson": {"cells": cells}}


def texts(root):
    found = workshop_minutes.up_to_date(root, lesson(), {"99_lesson": {"Second": 12.34}})
    return {path.name: text for path, text in found.items()}


def test_a_page_has_the_sections_and_keeps_what_must_have_run(root):
    found = texts(root)["99_lesson.md"]
    assert "| 1. First | 4 | 0.0 | |\n| 2. Second | 6 | 12.3 | 1 |\n| Key points | 1 | 0.0 | |\n" in found
    assert "| **in class** | **11** | **12.3** | |\n" in found and found.endswith("Words.\n")
    assert "Short of time? Leave out section 2: 5 minutes are left." in found
    assert "Further" not in found


def test_a_plan_has_its_minutes_and_the_reserve_takes_what_is_left(root):
    found = texts(root)["README.md"]
    assert "| [99 · A lesson](99_lesson.md) | 11 | 12.3 |" in found
    assert "| 0:00 | 2 | | Welcome | |\n| 0:02 | 11 | [99](99_lesson.md) | sections 1, 2 and the key points |" in found
    assert "| section 2: 6 minutes |\n| 0:13 | 7 | | Reserve | |\n| 0:20 | | | End | |\n" in found


def test_to_write_twice_changes_nothing(root):
    once = texts(root)
    for name, text in once.items():
        (root / "workshop" / name).write_text(text, encoding="utf-8")
    assert texts(root) == once


def test_a_plan_that_is_too_long_is_refused(root):
    (root / "workshop" / "README.md").write_text(LEAD.format(10), encoding="utf-8")
    with pytest.raises(ValueError, match="plan of 10 minutes is 3 minutes too long"):
        texts(root)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("| [99](99_lesson.md)", "| [98](98_gone.md)", "names notebook 98, which is not there"),
        ("| Reserve |", "| Rest |", "has no row that begins with Reserve"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(old, new, words, root):
    (root / "workshop" / "README.md").write_text(LEAD.format(20).replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=f"the plan of 20 minutes {words}"):
        texts(root)


def test_a_section_that_is_gone_is_refused(root):
    path = root / "workshop" / "README.md"
    path.write_text(LEAD.format(20).replace("sections 1, 2", "sections 1, 3"), encoding="utf-8")
    with pytest.raises(ValueError, match="it has no section 3"):
        texts(root)


def test_without_a_workshop_nothing_is_asked(tmp_path):
    assert workshop_minutes.up_to_date(tmp_path, lesson(), {}) == {}
