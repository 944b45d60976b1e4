"""What the scenes of a line and of the plane share: their data, a chart that one chooses, the arrays of a frame."""

from gan_lessons._core.randomness import generator
from gan_lessons.labs.scenes import charts
from gan_lessons.labs.scenes.arrays import Arrays
from gan_lessons.labs.scenes.counts import Counts
from gan_lessons.labs.scenes.metrics import Known, Metric


class ToyScene:
    """A large panel beside three charts: of losses, of D's verdicts, and of a metric that one chooses.

    looks: what can be chosen beside the metric. spec: what the Stage draws, and which arrays are in a frame."""

    view: int  # generated samples
    metric_help: str
    stream: str  # of random numbers, from which the real samples shown come

    def __init__(self, title: str, window: tuple[float, float], scores: bool, metrics: dict[str, Metric], looks: dict):
        self.title, self.window, self.scores, self.metrics = title, window, scores, metrics
        metric = {"label": "metric", "help": self.metric_help, "values": tuple(metrics), "index": 0}
        self.looks = looks | {"metric": metric}
        self._counts, self._known, self._asked = Counts(), Known(None, None), (None, None)
        self.as_side("")

    def as_side(self, side: str) -> None:
        """Names its arrays as those of one of several sides; "" is alone."""
        self.moving, self.standing = Arrays(side), Arrays(side)  # what stands still is no part of each frame
        self.spec = self._spec()

    def look(self, name: str, value: str) -> bool:
        """Chooses what is shown, one of `looks`; training does not see it. True: `spec` is another one now.

        Raises ValueError for what is not there to be chosen."""
        charts.choose(self.looks, name, value)
        if name == "metric":
            self.spec = self._spec()
        return name == "metric"

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame."""
        return b""

    def _spec(self) -> dict:
        raise NotImplementedError

    def _known_now(self, data, real) -> Known:
        """What is known of one run's data. real: samples of them."""
        raise NotImplementedError

    def _laid_out(self, panel: dict, boxes: list, narrow: list, **more) -> dict:
        """The spec. panel: the large one. boxes, narrow: places of the charts, as `charts.boxed` takes them."""
        metrics = {name: metric.chart(self.moving) for name, metric in self.metrics.items()}  # each has its arrays
        third = metrics[charts.chosen(self.looks, "metric")]
        parts = [charts.losses(self.moving, self.scores), charts.chances(self.moving, self.scores), third]
        arrays = {"moving": self.moving.spec, "still": self.standing.spec}
        panels = [panel, *charts.boxed(parts, boxes, narrow)]
        return {"title": self.title, "panels": panels, "arrays": arrays, "why": self._why()} | more

    def _why(self) -> list[str]:
        """What the words for a frame mean."""
        raise NotImplementedError

    def _of_data(self, data, run: int) -> Known:
        """What is known of the shown run's data; made anew only when they change."""
        if self._asked[0] is not data or self._asked[1] != run:
            own = data.for_run(run)
            if own != self._known.data:
                self._known = self._known_now(own, own.sample((self.view,), generator(0, self.stream)).numpy())
            self._asked = data, run
        return self._known

    def _numbers(self, snapshot, run: int, known: Known) -> dict[str, float]:
        """What the charts show of a run; of metrics the first, of which the words speak, and the one that is chosen."""
        numbers = charts.seen(snapshot, run)
        for name in dict.fromkeys([next(iter(self.metrics)), charts.chosen(self.looks, "metric")]):
            numbers |= self.metrics[name].numbers(snapshot.samples[run], known)
        return numbers
