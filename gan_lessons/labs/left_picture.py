"""What a lab leaves in the notebook beside its widget: its newest picture and sentence, for when there is no kernel.

It is an output of its own: of one output JupyterLab shows the widget rather than the picture, even a dead one. While
the lab lives its style sheet hides the picture (`stage.css`)."""

import base64
import sys

HOW = "This picture was left by a lab. Run its cell to bring the lab to life."


class LeavesPicture:
    """What a widget needs for it, as the first of its classes. It has `name`, `picture_png`, and `shown`: what is on
    the page with its `summary` in words, None once it is closed."""

    leaves = False

    @property
    def closed(self) -> bool:
        """Whether it is off the page."""
        return self.shown is None

    @property
    def said(self) -> str:
        """What is shown, in words."""
        return self.shown.summary

    def leave_picture(self) -> None:
        """Leaves the newest picture and words in the notebook, for when it is opened without a kernel."""
        update(self)

    def close(self) -> None:
        super().close()
        vars(self).pop("_ipython_display_", None)  # ipywidgets 7 puts None there: no words would be shown

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: {'closed' if self.closed else self.said}>"

    def __del__(self) -> None:
        super().close()  # of a lab that was refused, too

    def _ipython_display_(self) -> None:
        display(self)


def display(lab) -> None:
    """Shows the widget, and under it what it leaves."""
    from IPython import display as ipython

    if lab.closed:
        return ipython.display({"text/plain": repr(lab)}, raw=True)
    data, metadata = lab._repr_mimebundle_()
    ipython.display(data, metadata=metadata, raw=True)
    if "google.colab" not in sys.modules:  # each output is a page of its own there, so nothing could hide it
        lab.leaves = True
        data, how = _left(lab)
        ipython.display(data, **how)


def update(lab) -> None:
    """Leaves what is shown now where a cell displayed the lab; in a box of other widgets it leaves nothing."""
    from IPython import display as ipython

    if lab.leaves:
        data, how = _left(lab)
        ipython.update_display(data, **how)


def _left(lab) -> tuple[dict, dict]:
    """What is displayed, and how."""
    words = f"{lab.said} {HOW}"
    data = {"image/png": base64.b64encode(lab.picture_png(words)).decode(), "text/plain": words}
    metadata = {"needs_background": "light"}  # JupyterLab gives such a picture a class, for the sheet to find
    return data, {"metadata": metadata, "raw": True, "display_id": lab.model_id}
