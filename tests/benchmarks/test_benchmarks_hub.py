"""The load test: two students on a real JupyterHub, with a small notebook, for seconds. No speed is asserted."""

import asyncio
import socket
import subprocess

import psutil
import pytest

from benchmarks import browser, hub_server, labs
from benchmarks.hub import All, One, _one, measured
from benchmarks.hub_student import Student, packed, unpacked

LAB = "import gan_lessons as gl\n\ngl.labs.Lab(gl.recipes.steady, runs=4)"


@pytest.fixture(scope="module")
def found():
    """What the load test says of two students, of whom the second has a broken notebook; and its processes."""
    pytest.importorskip("jupyterhub")
    if lacks := hub_server.missing():
        pytest.skip(lacks)
    try:
        with hub_server.jupyterhub(["ada", "bob"]) as hub:
            for name, *cells in (("ada", LAB), ("bob", "1 / 0", LAB)):
                labs.write_notebook(hub.home / name / "notebooks" / "small.ipynb", *cells)
            rows = list(measured(hub, [Student(hub, "ada"), Student(hub, "bob")], 3, "small.ipynb"))
            family = hub._processes()
    except RuntimeError as error:
        if "npm could not fetch" in str(error):
            pytest.skip(str(error))
        raise
    return rows, family


def test_a_student_gets_a_lab_that_plays(found):
    ada = found[0][0]
    assert isinstance(ada, One) and ada.student == "ada" and ada.failure == ""
    assert 0 < ada.server_s < ada.picture_s <= ada.ran_s
    assert ada.frames_per_second > 0
    assert 150 < ada.memory_mb < 1500  # a server, and a kernel with PyTorch


def test_a_students_failure_is_told_and_stops_nobody(found):
    bob, whole = found[0][1:]
    assert "ZeroDivisionError" in bob.failure and bob.frames_per_second == 0 and bob.server_s > 0
    assert isinstance(whole, All) and (whole.students, whole.failures) == (2, 1)
    assert whole.least_frames_per_second == 0
    assert whole.hub_mb > 50


def test_gaps_are_those_between_frames():
    one = _one(Student(None, "ada", drawn=[1.0, 1.5, 1.7]), 300.0, 2)
    assert (one.frames_per_second, one.longest_gap_s, one.memory_mb) == (1.5, 0.5, 300)
    assert _one(Student(None, "ada", drawn=[1.0]), 0.0, 2).longest_gap_s is None


def test_nothing_is_left_running(found):
    assert len(found[1]) >= 6, "the hub, its proxy, and a server and a kernel for each student"
    _, left = psutil.wait_procs(found[1], timeout=10)  # those that were orphans are reaped by the system
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_what_outlives_the_hub_is_ended(tmp_path):
    hub = subprocess.Popen(["sh", "-c", "sleep 600 & exit"], cwd=tmp_path, start_new_session=True)
    hub.wait()
    [server] = hub_server._working_in(tmp_path)
    hub_server._end(hub, tmp_path)
    psutil.wait_procs([server], timeout=10)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


def test_a_port_that_somebody_listens_on_is_not_given(monkeypatch):
    [taken, free] = browser.free_ports(2)
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken))
        asked = iter([taken, free])
        monkeypatch.setattr(browser.secrets, "choice", lambda ports: next(asked))
        assert browser.free_ports(1) == [free]


def test_nobody_else_reaches_the_hub():
    lines = [line for line in hub_server.CONFIG.splitlines() if "url" in line or "_ip" in line]
    assert len(lines) == 3 and all("127.0.0.1" in line for line in lines)


def test_nobody_enters_the_hub_without_its_password(tmp_path):
    """Who has another account on this machine reaches its port."""
    shared = pytest.importorskip("jupyterhub.authenticators.shared")
    loader = pytest.importorskip("traitlets.config.loader")
    values = {
        "port": 1,
        "hub_port": 2,
        "api_port": 3,
        "environment": {},
        "home": "h",
        "proxy": [],
        "password": "of us all",
    }
    (tmp_path / "config.py").write_text(hub_server.CONFIG.format(**values))
    config = loader.PyFileConfigLoader("config.py", str(tmp_path)).load_config()
    assert config.JupyterHub.authenticator_class == "shared-password"
    door = shared.SharedPasswordAuthenticator(config=config)
    for password, enters in (("of us all", True), ("any", False), ("", False)):
        form = {"username": "ada", "password": password}
        assert bool(asyncio.run(door.authenticate(None, form))) is enters


def test_messages_are_those_of_the_server():
    base = pytest.importorskip("jupyter_server.services.kernels.connection.base")
    header, content = {"msg_id": "7", "msg_type": "comm_msg"}, {"data": "σ"}
    channel, parts = base.deserialize_msg_from_ws_v1(packed("shell", header, content))
    assert channel == "shell" and [bytes(part) for part in parts][1:3] == [b"{}", b"{}"]
    sent = base.serialize_msg_to_ws_v1([parts[0], parts[0], b"{}", parts[3], b"a buffer"], "iopub")
    assert unpacked(sent) == ("comm_msg", "7", content)


def test_without_a_proxy_it_says_what_to_do(monkeypatch):
    pytest.importorskip("jupyterhub")
    monkeypatch.setattr(hub_server.shutil, "which", lambda name: None)
    assert "npm install -g configurable-http-proxy" in hub_server.missing()
