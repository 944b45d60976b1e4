"""A real JupyterLab in headless Chromium, for the browser tests and the lab benchmarks."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

CONFIG = """
from jupyterlab.galata import configure_jupyter_server

configure_jupyter_server(c)
c.ServerApp.port = {port}
c.ServerApp.port_retries = 0
c.ServerApp.root_dir = {root!r}
c.ServerApp.log_level = "WARN"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.user_settings_dir = {settings!r}
c.JupyterNotebookApp.expose_app_in_browser = True
"""
CODE_CELLS = """const all = window.jupyterapp.shell.currentWidget.content.model.cells;
const code = [...Array(all.length).keys()].map((i) => all.get(i))
  .filter((cell) => cell.type === 'code' && cell.sharedModel.source.trim());"""
DONE = "code.every((cell) => cell.executionCount !== null)"
FAILED = """code.flatMap((cell) => cell.outputs.toJSON().filter((output) => output.output_type === 'error'))
  .map((output) => [output.ename, output.evalue, ...(output.traceback || [])].join('\\n'))"""
PORTS = range(20_000, 32_000)  # below those that a system gives to whoever asks for any, such as kernels
CHROMIUM = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run")


def chromium() -> str | None:
    """Where the system's Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_ports(n: int) -> list[int]:
    """Ports on which nobody listens now, and that nobody is given while a server starts that was told to take one."""
    found = []
    while len(found) < n:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


@contextlib.contextmanager
def jupyterlab(root: Path, subshells: bool = True, python: str = sys.executable) -> Iterator[str]:
    """A JupyterLab server on a folder; gives its address.

    subshells: whether widget messages may come on a thread; python: that of the environment with the JupyterLab."""
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, "config.py")
        config.write_text(CONFIG.format(port=port, root=str(root), settings=str(Path(home, "settings"))))
        settings = {"notification": {"fetchNews": "false"}}
        settings["kernels-settings"] = {} if subshells else {"commsOverSubshells": "disabled"}
        for plugin, values in settings.items():
            file = Path(home, "settings", "@jupyterlab", "apputils-extension", f"{plugin}.jupyterlab-settings")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        places = {"JUPYTERLAB_GALATA_ROOT_DIR": str(root), "JUPYTER_CONFIG_DIR": home, "JUPYTER_DATA_DIR": home}
        environment = os.environ | places | {"IPYTHONDIR": home}
        command = [python, "-m", "jupyterlab", f"--config={config}", "--allow-root", "--no-browser"]
        log = open(Path(home, "server.log"), "w")  # noqa: SIM115
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status", server, Path(log.name))
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(120)  # it ends its kernels first, which takes long on a busy machine
            finally:
                server.kill()
                log.close()


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with {server.returncode}: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within a minute: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def page(width: int = 1400, height: int = 1000) -> Iterator:
    """A page of the system's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM))
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()


def open_notebook(page, address: str, name: str, place: str = "doc/tree") -> None:
    """Opens a notebook and waits until its kernel is idle. place: where; Notebook 7 has "notebooks"."""
    page.goto(f"{address}/{place}/{name}?reset")
    page.wait_for_function(
        """() => { const w = window.jupyterapp?.shell?.currentWidget;
                   return w?.sessionContext?.session?.kernel?.status === 'idle' }""",
        timeout=90_000,
    )


def run_all(page, timeout: float = 120) -> None:
    """Runs all cells and waits until every one is done. Raises AssertionError with the text of a cell that failed."""
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(f"() => {{ {CODE_CELLS} return {DONE} || {FAILED}.length }}", timeout=timeout * 1000)
    errors = page.evaluate(f"() => {{ {CODE_CELLS} return {FAILED} }}")
    assert not errors, errors
