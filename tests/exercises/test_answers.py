"""The answers file: kept beside the notebook, shared by several, and never overwritten when it is none of ours."""

import json
import os
import subprocess
import sys

import pytest

from gan_lessons.exercises import answers

HALF = {"02.rkl": {"state": "right", "tries": 1, "when": ""}}  # without an answer


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def heard():
    said = []
    return said, said.append


def test_an_answer_is_known_again():
    assert answers.known() == {}
    answers.keep("02.rkl", "wrong", "def rkl(shares): ...")
    answers.keep("02.rkl", "right", "def rkl(shares): pass")
    answers.keep("03.pack", "wrong", "ä\ud800")
    found = answers.known()
    assert found["02.rkl"]["state"] == "right" and found["02.rkl"]["tries"] == 2
    assert set(found) == {"02.rkl", "03.pack"}


def test_deleting_the_file_begins_anew():
    answers.keep("02.rkl", "right", "")
    answers.path().unlink()
    assert answers.known() == {}


def test_a_long_answer_is_cut():
    answers.keep("02.rkl", "wrong", "x" * 2**20)
    assert answers.path().stat().st_size < 20_000


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"answers": {}}', '{"format": "other", "answers": {}}', "[" * 100_000, "\x00"]
    + [json.dumps({"format": answers.FORMAT, "answers": value}) for value in ([], {"a": 1}, {"a": {"state": 1}}, HALF)],
)
def test_a_file_that_is_none_of_ours_stays_and_is_told_once(content, folder):
    answers.path().write_text(content)
    said, tell = heard()
    answers.keep("02.rkl", "wrong", "mine", tell)
    assert answers.known(tell)["02.rkl"]["answer"] == "mine", "the notebook works on"
    answers.keep("02.rkl", "right", "mine", tell)
    assert answers.path().read_text() == content
    assert len([words for words in said if "cannot be written" in words]) == 1
    assert len([words for words in said if "cannot be read" in words]) == 1
    answers.path().unlink()
    answers.keep("02.half", "right", "0.41", tell)
    assert "02.half" in json.loads(answers.path().read_text())["answers"], "after it is gone all is well again"


def test_bytes_that_are_no_text(folder):
    answers.path().write_bytes(b"\xff\xfe\x00")
    said, tell = heard()
    answers.keep("02.rkl", "wrong", "mine", tell)
    assert answers.path().read_bytes() == b"\xff\xfe\x00" and said


def test_a_folder_in_its_place(folder):
    answers.path().mkdir()
    said, tell = heard()
    assert answers.known(tell) == {}
    answers.keep("02.rkl", "right", "", tell)
    assert answers.path().is_dir() and answers.known(tell)["02.rkl"]["state"] == "right" and said


def test_a_folder_that_takes_nothing(monkeypatch):
    def refused(*inputs, **named):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(answers, "replacing", refused)  # root may write anywhere
    said, tell = heard()
    answers.keep("02.rkl", "right", "mine", tell)
    answers.keep("02.rkl", "right", "mine", tell)
    assert answers.known(tell)["02.rkl"]["tries"] == 2 and len(said) == 1 and "Permission denied" in said[0]
    assert "rename or delete" not in said[0], "the file is not at fault"


def test_several_notebooks_at_once_lose_nothing(folder):
    code = "import sys; from gan_lessons.exercises import answers\n"
    code += "for n in range(25): answers.keep(f'0{sys.argv[1]}.n{n}', 'right', '')"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    begun = [subprocess.Popen([sys.executable, "-c", code, str(i)], env=environment) for i in range(3)]
    assert [one.wait(120) for one in begun] == [0, 0, 0]
    assert len(answers.known()) == 75
