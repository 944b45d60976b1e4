"""The instructors' pages agree with the notebooks: sections, minutes, exercises, what must have run, sums of plans."""

import json
import re

import pytest
from helpers.sections_needed import needed
from helpers.versions import ROOT

from gan_lessons.exercises.catalogue import exercises, named
from gan_lessons.tools import times

WORKSHOP = ROOT / "workshop"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted(WORKSHOP.glob("*.md"))
SECONDS = json.loads((ROOT / "docs" / "run_seconds.json").read_text(encoding="utf-8"))
LEAD = (WORKSHOP / "README.md").read_text(encoding="utf-8")
ABOUT = re.compile(r"(?m)^## (.+)\n\n\*About (\d+) minutes?\.\*$")
ROW = re.compile(r"(?m)^\| (.+?) \| (\d+) \| ([\d.]+) \| (?:(.+) )?\|$")
EXERCISE = re.compile(r"`(\d\d\.\w+)`")
GROUPS = ("Together", "Alone, in class", "At home")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def opening(path):
    return "".join(read(path)["cells"][0]["source"])


def page(path):
    """The page of a notebook."""
    return (WORKSHOP / f"{path.stem}.md").read_text(encoding="utf-8")


def part(text, heading):
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def minutes_of(path):
    """Section as it is headed -> its minutes, as the notebook says."""
    texts = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "markdown"]
    return {title: int(minutes) for text in texts for title, minutes in ABOUT.findall(text)}


def without_number(title):
    return re.sub(r"^\d+\. ", "", title)


# -- the pages of notebooks


def test_every_notebook_has_its_page_and_no_page_is_left_over():
    assert {path.stem for path in PAGES} == {path.stem for path in NOTEBOOKS} | {"README"}
    for path in NOTEBOOKS:
        assert page(path).startswith(f"{opening(path).split(':')[0]}\n")
        assert f"[{path.name}](../notebooks/{path.name})" in page(path)


@each_notebook
def test_sections_and_their_minutes_are_the_notebooks(path):
    rows = ROW.findall(page(path))
    assert {title: int(minutes) for title, minutes, _, _ in rows} == minutes_of(path)
    assert [title for title, *_ in rows] == list(minutes_of(path))
    assert {without_number(title): float(ran) for title, _, ran, _ in rows} == pytest.approx(SECONDS[path.stem])


@each_notebook
def test_the_sums_and_the_short_form_are_the_notebooks(path):
    whole, ran = re.search(r"\| \*\*in class\*\* \| \*\*(\d+)\*\* \| \*\*([\d.]+)\*\* \|", page(path)).groups()
    assert int(whole) == sum(minutes_of(path).values()) == int(re.search(r"\*\*Time\*\*: (\d+)", opening(path))[1])
    assert float(ran) == pytest.approx(sum(SECONDS[path.stem].values()), abs=0.05)
    short = re.search(r"\*\*Short of time\?\*\* (Leave out .+?: \d+ minutes are left\.)", opening(path))
    assert re.findall(r"(?m)^Short of time\? (.+)$", page(path)) == ([short[1]] if short else [])


@each_notebook
def test_what_must_have_run_is_what_the_cells_use(path):
    number = {without_number(title): title.partition(". ")[0] for title in minutes_of(path)}
    found = needed(read(path))
    for title, _, _, before in ROW.findall(page(path)):
        assert before == ", ".join(number[one] for one in found[without_number(title)]), title


@each_notebook
def test_there_is_something_to_say_at_each_section(path):
    said = re.split(r"(?m)^### (.+)$", part(page(path), "What to say"))[1:]
    assert said[::2] == list(minutes_of(path))
    for title, text in zip(said[::2], said[1::2], strict=True):
        assert 1 <= len(re.findall(r"[.?!]\)?(?=\s)", text)) <= 5, title


@each_notebook
def test_three_questions_have_their_answers(path):
    asked = re.findall(r"(?m)^(\d)\. \*\*(.+)\*\*\n   (.+)$", part(page(path), "Ask the room"))
    assert [number for number, _, _ in asked] == ["1", "2", "3"]
    assert all(question.endswith("?") and len(answer.split()) > 5 for _, question, answer in asked)


@each_notebook
def test_every_exercise_has_its_place(path):
    lines = dict(re.findall(r"(?m)^- (.+?): (.+)$", part(page(path), "Exercises")))
    assert tuple(lines) == GROUPS
    assert sorted(EXERCISE.findall(" ".join(lines.values()))) == sorted(exercises(path.stem[:2]))


@each_notebook
def test_exercises_for_class_are_of_sections_that_the_short_form_keeps(path):
    there = times.sections(read(path), {})
    cut = re.search(r"\*\*Short of time\?\*\* Leave out (.+?):", opening(path))
    gone = [one.title for one in times.left_out(there, cut[1])] if cut else []
    gone += [one.title for one in there if not one.counted]
    source = {cell["id"]: "".join(cell["source"]) for cell in read(path)["cells"]}
    later = {
        name for one in there if one.title in gone for cell in one.ids for name in times.ASKED.findall(source[cell])
    }
    lines = dict(re.findall(r"(?m)^- (.+?): (.+)$", part(page(path), "Exercises")))
    assert later & set(EXERCISE.findall(lines["Together"] + lines["Alone, in class"])) == set()


@each_notebook
def test_what_goes_wrong_is_of_an_exercise_that_refuses_it(path):
    wrong = re.findall(r"(?m)^- `(.+?)`: (.+)$", part(page(path), "What goes wrong"))
    assert len(wrong) >= 5
    assert all(named(name).refused and name.startswith(path.stem[:2]) for name, _ in wrong)


# -- the first page


@pytest.mark.parametrize("row", re.findall(r"(?m)^\| \[(.+?)\]\((\w+)\.md\) \| (\d+) \| ([\d.]+) \|$", LEAD), ids=str)
def test_a_row_of_pages_has_the_sums_of_its_page(row):
    title, name, whole, ran = row
    text = (WORKSHOP / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {title}\n") and f"| **in class** | **{whole}** | **{ran}** |" in text


def test_all_pages_are_listed():
    assert re.findall(r"(?m)^\| \[.+?\]\((\w+)\.md\) \| \d+ \|", LEAD) == [path.stem for path in NOTEBOOKS]


def test_all_cells_of_a_notebook_take_less_than_half_a_minute():
    assert "less than half a minute" in LEAD
    assert max(sum(ran.values()) for ran in SECONDS.values()) < 30


def test_minutes_of_tasks_are_those_that_are_counted():
    said = [int(minutes) for minutes in re.findall(r"(?m)^\| \D+? \| (\d+) \|$", LEAD)]
    assert said == [*times.MINUTES.values(), times.QUIZ]
    assert f"reading at {times.WORDS} words a minute" in LEAD


def plans():
    """(minutes of the heading, its rows of five cells) for each plan."""
    for head in re.split(r"(?m)^(?=### .*\d+ minutes$)", part(LEAD, "Plans"))[1:]:
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in head.splitlines() if line[:1] == "|"]
        yield int(re.match(r"### .*?(\d+) minutes", head)[1]), rows[2:]


def clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02}"


def sum_of(words, minutes):
    """The minutes of the sections that such words as "sections 1, 2 and the key points" name."""
    if words == "all sections":
        return sum(minutes.values())
    numbers = re.findall(r"\d+", words)
    others = [title for title in minutes if not title[0].isdigit() and title.lower() in words]
    return sum(next(m for title, m in minutes.items() if title.startswith(f"{n}. ")) for n in numbers) + sum(
        minutes[title] for title in others
    )


def test_plans_are_for_90_minutes_half_a_day_and_a_day():
    assert [whole for whole, _ in plans()] == [90, 210, 420]


def test_plans_add_up():
    for whole, rows in plans():
        at = 0
        for start, minutes, *_ in rows[:-1]:
            assert start == clock(at)
            at += int(minutes)
        assert at == whole
        assert rows[-1] == [clock(whole), "", "", "End", ""]
        assert any(what == "Reserve" and int(minutes) >= 5 for _, minutes, _, what, _ in rows[:-1])


def test_plans_have_the_minutes_of_the_notebooks():
    for _, rows in plans():
        for _, minutes, link, what, cut in rows:
            if link:
                name = re.fullmatch(r"\[\d\d\]\((\w+)\.md\)", link)[1]
                there = minutes_of(ROOT / "notebooks" / f"{name}.ipynb")
                assert int(minutes) == sum_of(what, there) > 0
                words, saved = re.fullmatch(r"(.+): (\d+) minutes", cut).groups()
                assert int(saved) == sum_of(words, there) > 0
                assert what == "all sections" or set(re.findall(r"\d+", words)) <= set(re.findall(r"\d+", what))


# -- all pages


@each_page
def test_exercises_exist(path):
    for name in EXERCISE.findall(path.read_text(encoding="utf-8")):
        named(name)


def test_the_readme_leads_instructors_here():
    assert "(workshop/README.md)" in part((ROOT / "README.md").read_text(encoding="utf-8"), "For instructors")
