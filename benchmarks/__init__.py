"""How fast and how lean the package is, each figure against a baseline that is measured in the same run.

`python -m benchmarks` lists the suites; a suite is a module here with a function `rows(repeats)`. Times are
benchmarks, never tests: they depend on the machine, ratios far less.
"""
