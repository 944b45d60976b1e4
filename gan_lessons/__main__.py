"""`python -m gan_lessons check`: is this machine ready for the lessons?"""

import sys

from gan_lessons import check

USAGE = """usage: python -m gan_lessons check

check  looks at Python, packages, JupyterLab, data, device, memory and speed: a line each, and what to do.
       Exit code 0 if lessons can begin, 1 if something must be mended first."""


def main(arguments: list[str]) -> int:
    if arguments == ["check"]:
        return check.main()
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
