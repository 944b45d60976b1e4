"""A kind of machine for which wheels are fetched: its version of Python, and pip's word for its platform."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

# what a platform is to the conditions in metadata: sys_platform, os_name, platform_system
SYSTEMS = {
    "win": ("win32", "nt", "Windows"),
    "macosx": ("darwin", "posix", "Darwin"),
    "manylinux": ("linux", "posix", "Linux"),
}
MACHINES = {"win_amd64": "AMD64", "win_arm64": "ARM64"}
PLATFORM = re.compile(r"win_(?:amd64|arm64)|macosx_(\d+)_(\d+)_(arm64|x86_64)|manylinux_2_(\d+)_(x86_64|aarch64)")
OLDEST_GLIBC = 5  # of the manylinux tags


@dataclass(frozen=True)
class Target:
    """A kind of machine. python: such as "3.12"; platform: pip's word for it, or "" for this machine's."""

    python: str
    platform: str = ""

    def __str__(self) -> str:
        return f"Python {self.python} on {self.system()}"

    def system(self) -> str:
        """In words, such as "Windows (AMD64)"."""
        values = self.conditions()
        name = "macOS" if values["sys_platform"] == "darwin" else values["platform_system"]
        found = re.match(r"macosx_(\d+)_", self.platform)
        return f"{name}{f' {found[1]} or newer' if found else ''} ({values['platform_machine']})"

    @property
    def version(self) -> tuple[int, ...]:
        return tuple(map(int, self.python.split(".")))

    def platforms(self) -> list[str]:
        """All words of pip for what runs there, the newest first."""
        from packaging import tags

        found = PLATFORM.fullmatch(self.platform)
        if not found:
            return list(tags.platform_tags())
        if self.platform.startswith("macosx"):
            return list(tags.mac_platforms((int(found[1]), int(found[2])), found[3]))
        if self.platform.startswith("manylinux"):
            newer = [f"manylinux_2_{minor}_{found[5]}" for minor in range(int(found[4]), OLDEST_GLIBC - 1, -1)]
            return [*newer, *(f"manylinux{year}_{found[5]}" for year in (2014, 2010, 1)), f"linux_{found[5]}"]
        return [self.platform]

    def options(self) -> list[str]:
        """What tells pip to download for it."""
        named = [word for platform in self.platforms() for word in ("--platform", platform)] if self.platform else []
        return ["--only-binary=:all:", "--python-version", self.python, *named]

    def tags(self) -> set:
        """The tags of all wheels that it can install."""
        from packaging import tags

        interpreter = f"cp{''.join(map(str, self.version))}"
        own = tags.cpython_tags(self.version, platforms=self.platforms())
        return {*own, *tags.compatible_tags(self.version, interpreter, self.platforms())}

    def conditions(self) -> dict[str, str]:
        """The values that the conditions in metadata ask for."""
        from packaging.markers import default_environment

        values = default_environment() | {"python_version": self.python, "python_full_version": f"{self.python}.0"}
        if self.platform:
            kind = next(kind for kind in SYSTEMS if self.platform.startswith(kind))
            values |= dict(zip(("sys_platform", "os_name", "platform_system"), SYSTEMS[kind], strict=True))
            values["platform_machine"] = MACHINES.get(self.platform) or re.search(r"[a-z0-9]+(_64)?$", self.platform)[0]
        return values

    @property
    def is_this(self) -> bool:
        """Is it what runs here?"""
        return not self.platform and self.version == sys.version_info[:2]

    @property
    def is_linux(self) -> bool:
        return self.conditions()["sys_platform"] == "linux"
