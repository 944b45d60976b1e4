"""Calls that are stopped when they take too long."""

import contextlib
import sys
import threading
import time

import pytest

from gan_lessons.exercises.limited import TooLong, limited


def test_gives_what_was_returned_and_what_was_raised():
    assert limited(lambda: 3, 5) == 3
    with pytest.raises(KeyError, match="lost"):
        limited(lambda: {}["lost"], 5)
    with pytest.raises(SystemExit):
        limited(lambda: sys.exit(1), 5)


def test_an_endless_loop_is_ended_and_its_thread_too():
    before = set(threading.enumerate())

    def endless():
        while True:
            pass

    with pytest.raises(TooLong):
        limited(endless, 0.2)
    assert not set(threading.enumerate()) - before


def test_one_that_catches_everything_does_not_hold_us():
    over = threading.Event()

    def stubborn():
        while not over.is_set():
            with contextlib.suppress(BaseException):
                time.sleep(0.01)

    with pytest.raises(TooLong):
        limited(stubborn, 0.1)
    over.set()


def test_one_that_is_just_ending_is_left_to_end(monkeypatch):
    class Slow(threading.Thread):
        def run(self):
            super().run()
            for _ in range(70):  # as on a machine that is busy with others
                time.sleep(0.01)

    def endless():
        while True:
            pass

    before = set(threading.enumerate())
    monkeypatch.setattr(threading, "Thread", Slow)
    with pytest.raises(TooLong):
        limited(endless, 0.1)
    for thread in set(threading.enumerate()) - before:
        thread.join()  # what is raised there would be an error of this test


def test_one_that_sleeps_does_not_hold_us():
    over = threading.Event()
    with pytest.raises(TooLong):
        limited(over.wait, 0.1)
    over.set()


def test_what_is_printed_is_left_out_and_printing_works_again(capsys):
    limited(lambda: print("x" * 10_000), 5)
    print("seen")
    assert capsys.readouterr().out == "seen\n"


def test_ticks_while_it_waits():
    ticks = []
    limited(lambda: time.sleep(0.35), 5, lambda: ticks.append(1))
    assert ticks
