"""The Dirac-GAN: the smallest GAN there is, with two numbers for all its weights. NumPy only.

The data are one point, at 0. G makes one point, theta. D's logit is psi x, and generated points are those that it gives
a high one, as in the paper. With f(t) = log sigmoid(t) D maximises f(psi theta) + f(0). Both numbers should come to 0,
and many objectives never bring them there. Mescheder, Geiger and Nowozin 2018, section 2.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from gan_lessons._core.refusals import number as checked
from gan_lessons._core.refusals import refuse, row
from gan_lessons._core.refusals import whole as checked_whole
from gan_lessons._core.settings import Settings, frozen, number, one_of, setting

# For each objective: how hard G and D are pulled, as functions of the logit s, each with its derivative.
# G moves by -psi g(s) and D by theta d(s).
_SLOPE = lambda s: -expit(s) * expit(-s)  # noqa: E731  of sigmoid(-s)
_LOG, _ONE = (lambda s: expit(-s), _SLOPE), (np.ones_like, np.zeros_like)
PULLS = {
    "minimax": (_LOG, _LOG),
    "non-saturating": ((expit, lambda s: -_SLOPE(s)), _LOG),
    "Wasserstein": (_ONE, _ONE),
}
PENALTIES = ("none", "clipping", "R1", "gradient penalty", "consensus")
# Instance noise is integrated out: Gauss-Hermite nodes and weights of a standard normal variable.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(20)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@frozen
class DiracGAN(Settings):
    """One game of theta and psi.

    objective: one of `PULLS`. The pairing loss of relativistic GANs is the non-saturating one here, since D's logit on
    the real point is always 0. penalty: one of `PENALTIES`, with its weight. "clipping" keeps |psi| at most at the
    weight, after each step. "R1" takes weight psi from D's move (psi is D's slope everywhere, so R2 is the same);
    "gradient penalty" takes weight (|psi| - 1) sign(psi); "consensus" takes weight times the gradient of |v|^2 / 2
    from both moves, v being the field without it (Mescheder et al. 2017). noise: the standard deviation of instance
    noise on both points, in the units of theta; the field is its mean over the noise.
    Raises ValueError for anything else, and for a weight or noise below 0."""

    objective: str = setting("minimax", one_of(tuple(PULLS)))
    penalty: str = setting("none", one_of(PENALTIES))
    weight: float = setting(0.0, number(0.0))
    noise: float = setting(0.0, number(0.0))

    def field(self, theta, psi) -> tuple[np.ndarray, np.ndarray]:
        """v, the direction in which theta and psi are moved, with the penalty. They broadcast: (...) -> two (...).

        A step of size h adds h times it."""
        theta, psi = np.asarray(theta, float), np.asarray(psi, float)
        (of_g, of_d), slopes = self._plain(theta, psi), self._slopes(theta, psi)
        if self.penalty == "consensus":
            of_g, of_d = (
                of_g - self.weight * (slopes[0][0] * of_g + slopes[1][0] * of_d),
                of_d - self.weight * (slopes[0][1] * of_g + slopes[1][1] * of_d),
            )
        elif self.penalty == "R1":
            of_d = of_d - self.weight * psi
        elif self.penalty == "gradient penalty":
            of_d = of_d - self.weight * (np.abs(psi) - 1) * np.sign(psi)
        return of_g, of_d

    def jacobian(self) -> np.ndarray:
        """The field's derivatives at the solution, theta = psi = 0: (2, 2), the row of theta first.

        Raises ValueError for the gradient penalty, whose slope jumps there."""
        if self.penalty == "gradient penalty":
            refuse("penalty", self.penalty, "one with a derivative at psi = 0, where the linear law is asked for")
        slopes = np.array(self._slopes(np.zeros(()), np.zeros(())), dtype=float)
        if self.penalty == "consensus":
            return slopes - self.weight * slopes.T @ slopes
        return slopes - np.diag([0.0, self.weight if self.penalty == "R1" else 0.0])

    def eigenvalues(self) -> np.ndarray:
        """Those of the field at the solution, complex (2,), the one above the real axis first.

        In continuous time a small distance is multiplied by exp(Re t) and turns by Im t: with real parts below 0 the
        game converges, with real parts of 0 the linear law does not say. Raises ValueError as `jacobian` does."""
        return _sorted(self.jacobian())

    def multipliers(self, step: float, alternating: bool = False) -> np.ndarray:
        """The eigenvalues of one step of the loop near the solution, complex (2,): inside of the unit circle it
        converges, outside it leaves. Both moves at once give 1 + step times `eigenvalues`.

        Raises ValueError for a step that is not above 0, and as `jacobian` does."""
        h, J = _step(step), self.jacobian()
        if not alternating:
            return _sorted(np.eye(2) + h * J)
        first, then = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
        return _sorted((np.eye(2) + h * then @ J) @ (np.eye(2) + h * first @ J))

    def walk(self, start: Sequence[float], step: float, steps: int, alternating: bool = False) -> np.ndarray:
        """The points (theta, psi) that the loop passes, (steps + 1, 2), the start first.

        step: the learning rate of both. alternating: G moves first, and D sees where it went; else both move at once.
        A walk that leaves the finite numbers goes on as it is. Raises ValueError for a step that is not above 0, or a
        start that is not two finite numbers."""
        h, steps = _step(step), checked_whole("steps", steps, 0)
        at = np.array(row("start", start, what="two finite numbers, theta and psi"))
        if at.shape != (2,):
            refuse("start", start, "two finite numbers, theta and psi")
        points = [at]
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(steps):
                points.append(self._next(points[-1], h, alternating))
        return np.array(points)

    def _next(self, at: np.ndarray, h: float, alternating: bool) -> np.ndarray:
        (theta, psi), (of_g, of_d) = at, self.field(*at)
        moved = theta + h * of_g
        psi = psi + h * (self.field(moved, psi)[1] if alternating else of_d)
        return np.array([moved, np.clip(psi, -self.weight, self.weight) if self.penalty == "clipping" else psi])

    def _plain(self, theta, psi) -> tuple[np.ndarray, np.ndarray]:
        """The field without its penalty."""
        (g, _), (d, _) = PULLS[self.objective]
        x, real, s, t, weights = self._blurred(theta, psi)
        return -psi * (g(s) @ weights), (x * d(s) - real * d(t)) @ weights

    def _slopes(self, theta, psi) -> tuple:
        """The derivatives of `_plain` after theta and psi, a row for each of its two."""
        (g, g_slope), (d, d_slope) = PULLS[self.objective]
        x, real, s, t, weights = self._blurred(theta, psi)
        of_g = -(psi**2) * (g_slope(s) @ weights), -(g(s) + s * g_slope(s)) @ weights
        of_d = (d(s) + s * d_slope(s)) @ weights, (x**2 * d_slope(s) + real**2 * d_slope(t)) @ weights
        return of_g, of_d

    def _blurred(self, theta, psi) -> tuple[np.ndarray, ...]:
        """At each node of the noise: the generated and the real point, D's logit on the one and minus that on the
        other; and the nodes' weights."""
        nodes, weights = (NODES, WEIGHTS) if self.noise else (np.zeros(1), np.ones(1))
        real = self.noise * nodes
        x, psi = theta[..., None] + real, psi[..., None]
        return x, real, psi * x, -psi * real, weights


def _step(value: object) -> float:
    step = checked("step", value, 0.0)
    return step if step > 0 else refuse("step", value, "a finite number above 0")


def _sorted(matrix: np.ndarray) -> np.ndarray:
    found = np.linalg.eigvals(matrix) + 0j  # no -0
    return found[np.lexsort((-found.real, -found.imag))]
