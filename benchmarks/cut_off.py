"""Commands in a namespace of the network in which there is nothing but the machine itself (Linux)."""

import shutil
import subprocess
from collections.abc import Sequence

UNSHARE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def why_not() -> str:
    """Why no command can be cut off here; "" if it can."""
    missing = [name for name in ("unshare", "ip") if shutil.which(name) is None]
    if missing:
        return f"no {' and no '.join(missing)} on this machine"
    done = subprocess.run(cut_off(["true"]), capture_output=True, text=True)
    return f"no namespace of the network can be had: {done.stderr.strip()}" if done.returncode else ""


def cut_off(command: Sequence[str]) -> list[str]:
    """The command that runs another without a network."""
    return [*UNSHARE, *command]
