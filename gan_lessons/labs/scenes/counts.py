"""How many runs are good and how many have collapsed: a judgement that costs more than the rest of a frame."""

from gan_lessons.metrics.verdicts import judge

EVERY = 20  # steps


class Counts:
    """Judges all runs at the first frame asked for, then every `EVERY` steps, and between for a second frame of a step.

    (That is what a page gets as an answer, for example to Pause: then nobody waits for the frame after it.)
    """

    def __init__(self):
        self._counts, self._of, self._asked = {}, (None, None), -1

    def of(self, trainer, snapshot, fine, bad: str) -> dict[str, int]:
        """Numbers for words: "good", `bad` (the collapsed), and the step at which they were "judged"; none of one run.

        fine: bool (*runs,), which of them count."""
        if trainer.runs == 1:  # of which nobody counts
            return {}
        data, step, again = trainer.settings["data"], snapshot.step, snapshot.step == self._asked
        self._asked = step
        same = self._of[0] is trainer and self._of[1] is data
        if again or not same or not 0 <= step - self._counts["judged"] < EVERY:
            verdict = judge(snapshot.samples, data)
            good, collapsed = (int((fine & mask).sum()) for mask in (verdict.good, verdict.collapsed))
            self._counts, self._of = {"good": good, bad: collapsed, "judged": step}, (trainer, data)
        return self._counts
