"""A lab without a page: what it sends is kept, and what a page would say is said to it."""

from gan_lessons.labs.scenes.arrays import unpack


def listened(lab):
    """The lab, with `sent`: the messages that it sends from now on, each with its buffers."""
    vars(lab)["sent"] = []  # a lab takes no new names from outside
    lab.send = lambda message, buffers=None: lab.sent.append(message | {"buffers": buffers})
    return lab


def say(lab, kind, **more):
    """A message from the page."""
    lab.receive(None, {"type": kind, **more}, [])


def of_type(lab, kind):
    """All messages of a kind that were sent."""
    return [message for message in lab.sent if message["type"] == kind]


def read(spec, rows):
    """The arrays of a frame, by name. spec: the scene's. rows: what moves and what stands still, as labs keep them."""
    return unpack(spec["arrays"]["moving"], rows[0]) | unpack(spec["arrays"]["still"], rows[1])


def kept(lab, at=-1):
    """The arrays of a frame that a lab keeps, by name."""
    return read(lab.scene.spec, lab.film.frames[at][1])


def replayed(lab):
    """The training that the lab's own code makes."""
    names = {}
    exec(lab.code(), names)
    return names["gan"]
