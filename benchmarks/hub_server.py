"""A real JupyterHub on this machine alone, for the load test: students have a password, a process and a home each."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.browser import free_ports
from benchmarks.room import TOLD
from gan_lessons.tools.fresh_notebooks import in_checkout

COURSE = Path(__file__).parents[1]
# Nobody but this machine reaches it, and of those who work on this machine nobody else knows the password.
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {home!r} + "/{{username}}"
c.Spawner.args = ["--allow-root", "--ServerApp.terminals_enabled=False"]
c.Spawner.environment = {environment!r}
c.Spawner.http_timeout = c.Spawner.start_timeout = 180
c.JupyterHub.concurrent_spawn_limit = 100
c.JupyterHub.log_level = "WARN"
"""


@dataclass(frozen=True)
class Hub:
    """address: where it answers. home: a folder with one for each student. pid: of its process. password: of all
    students."""

    address: str
    home: Path
    pid: int
    password: str

    def memory(self) -> dict[str, float]:
        """Student -> MB of 10^6 bytes that their server and kernels hold, a page that several processes use divided
        among them. "": the hub itself and its proxy."""
        found: dict[str, float] = {}
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                who = process.environ().get("JUPYTERHUB_USER", "")
                found[who] = found.get(who, 0.0) + process.memory_full_info().pss / 1e6
        return found

    def seconds(self) -> float:
        """Seconds of a processor that all of them have used."""
        total = 0.0
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:2])
        return total

    def _processes(self) -> list[psutil.Process]:
        hub = psutil.Process(self.pid)
        return [hub, *hub.children(recursive=True)]


def missing() -> str:
    """What the load test needs and is not here, as a sentence with the next step; or ""."""
    try:
        import jupyterhub  # noqa: F401
    except ImportError:
        return "JupyterHub is not installed: run `python -m pip install -r requirements-dev.txt`"
    if _proxy():
        return ""
    return "its proxy is not installed: run `npm install -g configurable-http-proxy`, or have npm for it to be fetched"


def _proxy() -> str | None:
    return shutil.which("configurable-http-proxy") or shutil.which("npm")


@contextlib.contextmanager
def jupyterhub(students: list[str]) -> Iterator[Hub]:
    """A hub in which each student has a home with the course's notebooks. Raises RuntimeError if it does not start."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        for name in students:
            folder = Path(place, "home", name, "notebooks")
            folder.mkdir(parents=True)
            for notebook in in_checkout(COURSE):  # what somebody keeps beside them may come and go meanwhile
                shutil.copy(notebook, folder)
        port, hub_port, api_port = free_ports(3)
        password = secrets.token_urlsafe()
        environment = TOLD | {"PYTHONPATH": str(COURSE), "PYTHONWARNINGS": "ignore"}
        config = Path(place, "config.py")
        values = {"port": port, "hub_port": hub_port, "api_port": api_port}
        values |= {"environment": environment, "password": password}
        config.write_text(CONFIG.format(home=f"{place}/home", proxy=_proxy_command(Path(place)), **values))
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # jupyterhub-singleuser
        with Path(place, "hub.log").open("w") as log:
            command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
            how = {"cwd": place, "env": os.environ | {"PATH": path}, "start_new_session": True}
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **how)
        try:
            hub = Hub(f"http://127.0.0.1:{port}", Path(place, "home"), process.pid, password)
            _wait_for(f"{hub.address}/hub/api/", process, Path(log.name))
            yield hub
        finally:
            _end(process, Path(place).resolve())


def _proxy_command(place: Path) -> list[str]:
    if found := shutil.which("configurable-http-proxy"):
        return [found]
    done = subprocess.run(["npm", "install", "--prefix", str(place), "configurable-http-proxy"], capture_output=True)
    if done.returncode:
        raise RuntimeError(f"npm could not fetch configurable-http-proxy: {done.stderr.decode()[-500:]}")
    return [str(place / "node_modules" / ".bin" / "configurable-http-proxy")]


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5)
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterHub did not start: {log.read_text()[-2000:]}")


def _end(process: subprocess.Popen, place: Path) -> None:
    """Ends the hub, which ends its proxy and all students' servers; and these where the hub is gone before."""
    family = list(_working_in(place))
    process.send_signal(signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=30 if process.poll() is None else 0)
    for one in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()


def _working_in(place: Path) -> Iterator[psutil.Process]:
    """The processes whose working folder lies in a folder."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(place):
                yield process
