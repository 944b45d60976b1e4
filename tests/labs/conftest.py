"""What the tests of labs share: players that are opened in turn and closed in the end."""

import pytest
from helpers.messages import listened
from helpers.players import SMALL

from gan_lessons.labs.lab import Lab


@pytest.fixture
def opened():
    """Opens players, each with `sent`: the messages that it sent to the page; closes them in the end."""
    labs = []

    def make(recipe=SMALL, runs=3, **more):
        lab = Lab(recipe, runs=runs, name=f"test {len(labs)}", **more)
        labs.append(listened(lab))
        return lab

    yield make
    for lab in labs:
        lab.close()
