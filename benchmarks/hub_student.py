"""A student of the load test: signs in, opens notebook 01 on a server of their own, runs all, and plays its first lab.

No browser: it says to the hub, the server and the kernel what JupyterLab says, and to the lab what its page says
(`labs/stage/clock.js`: credits for frames, one frame drawn a display tick). Eight browsers on the same machine would
measure the browsers.
"""

import json
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

import nbformat
import requests
import websocket

from benchmarks.hub_server import Hub

TICK = 1 / 60  # seconds between two pictures of a screen
WINDOW, OWED_MS = 12, 60  # as in clock.js
CELL = 600  # seconds that a cell may take
SPAWN = 240  # seconds that a server may take to start


@dataclass
class Student:
    """name: at the hub. began: when they signed in. The times are seconds from then on, None if it did not come to it:
    server: until it runs; picture: until the lab's first picture; ran: until all cells have run. drawn: when each
    frame of the play was drawn. failure: why they could not go on, or ""."""

    hub: Hub
    name: str
    server: float | None = None
    picture: float | None = None
    ran: float | None = None
    drawn: list[float] = field(default_factory=list)
    failure: str = ""

    def __post_init__(self):
        self.web, self.socket, self.owed, self.lab, self.subshell = requests.Session(), None, 4, "", ""
        self.queue: deque[float] = deque()
        self.due = 0

    # -- the hub and the server

    def come(self, notebook: str) -> None:
        """All until the notebook has run."""
        self.began = time.monotonic()
        self._sign_in()
        self._spawn()
        self.server = time.monotonic() - self.began
        self._open(notebook)
        self._take_subshell()
        for source in self._cells(notebook):
            self._execute(source)
        self.ran = time.monotonic() - self.began
        if not self.lab:
            raise RuntimeError(f"{notebook} showed no lab")

    def _sign_in(self) -> None:
        self.web.get(f"{self.hub.address}/hub/login", timeout=60).raise_for_status()
        token = self.web.cookies.get("_xsrf", path="/hub/")
        form = {"username": self.name, "password": self.hub.password, "_xsrf": token}
        self.web.post(f"{self.hub.address}/hub/login?next=/hub/home", data=form, timeout=60).raise_for_status()

    def _spawn(self) -> None:
        self.web.get(f"{self.hub.address}/hub/spawn/{self.name}", timeout=SPAWN).raise_for_status()
        for _ in range(2 * SPAWN):
            answer = self.web.get(f"{self._mine}/lab", timeout=60)
            if answer.ok and "/user/" in answer.url:
                return
            time.sleep(0.5)
        raise RuntimeError(f"no server after {SPAWN} seconds")

    @property
    def _mine(self) -> str:
        return f"{self.hub.address}/user/{self.name}"

    def _ask(self, what: str, body: dict | None = None) -> dict:
        token = self.web.cookies.get("_xsrf", path=f"/user/{self.name}/")
        how = {"headers": {"X-XSRFToken": token or ""}, "timeout": 120}
        place = f"{self._mine}/api/{what}"
        answer = self.web.get(place, **how) if body is None else self.web.post(place, json=body, **how)
        answer.raise_for_status()
        return answer.json()

    def _open(self, notebook: str) -> None:
        body = {"path": f"notebooks/{notebook}", "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        kernel = self._ask("sessions", body)["kernel"]["id"]
        self.session = uuid.uuid4().hex
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.web.cookies)
        self.socket = websocket.create_connection(
            f"{self._mine.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?session_id={self.session}",
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            cookie=cookies,
            origin=self.hub.address,
            timeout=CELL,
        )

    def _cells(self, notebook: str) -> list[str]:
        found = nbformat.from_dict(self._ask(f"contents/notebooks/{notebook}")["content"])
        return [cell.source for cell in found.cells if cell.cell_type == "code" and cell.source.strip()]

    def leave(self) -> None:
        """Closes what is open; the server goes with the hub."""
        self.web.close()
        if self.socket:
            self.socket.close()

    # -- the kernel

    def _say(self, channel: str, kind: str, content: dict) -> str:
        """Sends a message, and gives its id."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.session, "username": self.name}
        header |= {"version": "5.3", "date": ""}
        if self.subshell and kind == "comm_msg":  # JupyterLab sends them to a thread of their own
            header["subshell_id"] = self.subshell
        self.socket.send_binary(packed(channel, header, content))
        return header["msg_id"]

    def _take_subshell(self) -> None:
        asked = self._say("control", "create_subshell_request", {})
        while True:
            kind, parent, content = self._hear()
            if kind == "create_subshell_reply" and parent == asked:
                self.subshell = content["subshell_id"]
                return

    def _execute(self, source: str) -> None:
        how = {"silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        asked = self._say("shell", "execute_request", {"code": source, "stop_on_error": True} | how)
        waits = {"idle", "reply"}
        while waits:
            kind, parent, content = self._hear()
            if parent == asked and kind == "status" and content["execution_state"] == "idle":
                waits.discard("idle")
            elif parent == asked and kind == "execute_reply":
                waits.discard("reply")
                if content["status"] != "ok":
                    raise RuntimeError(f"a cell failed: {content.get('ename')}: {content.get('evalue')}")

    def _hear(self) -> tuple[str, str, dict]:
        """The next message: its kind, the id of what it answers, its content. The lab's own are heeded on the way."""
        kind, parent, content = unpacked(self.socket.recv())
        if kind == "comm_open" and not self.lab and self._is_lab(content):
            self.lab = content["comm_id"]
            self._tell({"type": "hello", "id": self.name})
        elif kind == "comm_msg" and content["comm_id"] == self.lab and content["data"].get("method") == "custom":
            self._heed(content["data"]["content"])
        return kind, parent, content

    @staticmethod
    def _is_lab(content: dict) -> bool:
        return "speed" in content.get("data", {}).get("state", {})

    # -- the lab: what clock.js does

    def _tell(self, message: dict) -> None:
        now = 1000 * time.time()
        data = {"method": "custom", "content": message | {"sent": now}}
        self._say("shell", "comm_msg", {"comm_id": self.lab, "data": data})

    def _heed(self, message: dict) -> None:
        if message["type"] == "frame":
            if self.picture is None:
                self.picture = time.monotonic() - self.began
            if message.get("paid"):
                self.due = max(0, self.due - 1)
                self.queue.append(time.monotonic())
        elif message["type"] == "done":
            self.due = max(0, self.due - message["unsent"])
            if message.get("ms"):
                self.owed = max(2, min(WINDOW, round(OWED_MS / message["ms"])))
        elif message["type"] == "stopped":
            self.failure = self.failure or "the lab stopped"

    def _grant(self) -> None:
        wanted = min(WINDOW - self.due - len(self.queue), self.owed - self.due)
        if wanted >= self.owed / 2:
            self.due += wanted
            self._tell({"type": "credit", "n": wanted, "play": f"{self.name} 1"})

    def play(self, seconds: float) -> None:
        """Plays the lab for so long."""
        end = tick = time.monotonic()
        end += seconds
        self._grant()
        while (now := time.monotonic()) < end:
            if now >= tick:
                tick = max(tick + TICK, now)
                if self.queue:
                    self.queue.popleft()
                    self.drawn.append(now)
                self._grant()
            self.socket.settimeout(max(0.001, tick - time.monotonic()))
            try:
                self._hear()
                self._grant()
            except websocket.WebSocketTimeoutException:
                continue
        self._tell({"type": "pause"})


def packed(channel: str, header: dict, content: dict) -> bytes:
    """A message of the kernel's as the server takes it: offsets of its parts, and the parts."""
    parts = [channel.encode(), *(json.dumps(part).encode() for part in (header, {}, {}, content))]
    offsets = [8 * (2 + len(parts))]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (len(offsets), *offsets)) + b"".join(parts)


def unpacked(message: bytes) -> tuple[str, str, dict]:
    """A message's kind, the id of what it answers, and its content."""
    count = int.from_bytes(message[:8], "little")
    offsets = [int.from_bytes(message[8 * i : 8 * i + 8], "little") for i in range(1, count + 1)]
    parts = [message[start:end] for start, end in pairwise(offsets)]
    header, parent, _, content = (json.loads(part) for part in parts[1:5])
    return header["msg_type"], parent.get("msg_id", ""), content
