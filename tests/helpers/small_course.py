"""A checkout of a course with three notebooks, for what copies and resets them."""

import subprocess

NOTEBOOKS = {
    f"0{number}_{name}.ipynb": f'{{"{name}": 1}}\n'.encode() for number, name in enumerate(("one", "two", "six"))
}


def small_course(folder):
    """Makes it in a folder, without git, and returns where."""
    root = folder / "course"
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    for name, content in NOTEBOOKS.items():
        (root / "notebooks" / name).write_bytes(content)
    (root / "notebooks" / "notes.ipynb").write_text("of the learner's own")
    return root


def under_git(root):
    """Commits a course."""
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "All"]):
        subprocess.run(["git", "-C", str(root), *words], check=True)
