"""A page that asks and a lab that answers, one message at a time: the latent labs' side of the conversation."""

from collections.abc import Callable, Mapping

from gan_lessons._core.threads import limit_threads


class Answering:
    """Each message is answered, also one that cannot be followed.

    lab: has a `lock`, `closed`, and `send`. actions: what a message of each type does, as functions of page, lab and
    message. version: of what was sent last, for the page to tell old answers from new ones."""

    def __init__(self, lab: object, actions: Mapping[str, Callable]):
        self.lab, self.actions, self.version = lab, actions, 0

    def receive(self, _, message: dict, buffers) -> None:
        lab, note = self.lab, ""
        with lab.lock:
            if lab.closed:
                return
            limit_threads()  # each thread has its own number
            try:
                self.actions[message["type"]](self, lab, message)
            except ValueError as error:  # something that cannot work: say so, nothing changed
                note = f"That does not work: {error}."
            finally:  # the page waits for its answer, whatever went wrong
                lab.send({"type": "answered", "name": message.get("name"), "note": note} | self.after())

    def after(self) -> dict:
        """What every answer says besides."""
        return {}
