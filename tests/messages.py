"""A lab without a page: what it sends is kept, and what a page would say is said to it."""


def listened(lab):
    """The lab, with `sent`: the messages that it sends from now on, each with its buffers."""
    lab.sent = []
    lab.stage.send = lambda message, buffers=None: lab.sent.append(message | {"buffers": buffers})
    return lab


def say(lab, kind, **more):
    """A message from the page."""
    lab._receive(None, {"type": kind, **more}, [])


def of_type(lab, kind):
    """All messages of a kind that were sent."""
    return [message for message in lab.sent if message["type"] == kind]


def replayed(lab):
    """The training that the lab's own code makes."""
    names = {}
    exec(lab.code(), names)
    return names["gan"]
