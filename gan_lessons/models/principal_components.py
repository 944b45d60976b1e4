"""Principal components: the best linear code, from the data's covariance and without any training."""

import torch

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.models.autoencoder import pixels


class PrincipalComponents:
    """The directions in which points vary most, and how to code pictures by them; `PrincipalComponents.of` finds them.

    mean: (d,). axes: (latent, d), orthonormal, most variance first. variances: (latent,), along each."""

    def __init__(self, mean: torch.Tensor, axes: torch.Tensor, variances: torch.Tensor):
        self.mean, self.axes, self.variances = mean, axes, variances

    @classmethod
    def of(cls, points: torch.Tensor, latent: int) -> "PrincipalComponents":
        """Those of points (n, d), from their covariance. Raises ValueError for other shapes, for numbers that are not
        finite, and for more than d."""
        if points.dim() != 2 or len(points) < 2:
            refuse("points", tuple(points.shape), "two points or more, (n, d)")
        if not torch.isfinite(points).all():
            refuse("points", "points with NaN or infinity", "finite numbers")
        if whole("latent", latent) > points.shape[1]:
            refuse("latent", latent, f"at most the {points.shape[1]} dimensions of the points")
        mean = points.mean(0)
        centred = points - mean
        variances, axes = torch.linalg.eigh(centred.mT @ centred / len(points))
        return cls(mean, axes.mT.flip(0)[:latent].contiguous(), variances.flip(0)[:latent])

    @property
    def latent(self) -> int:
        """Numbers a code."""
        return len(self.axes)

    def first(self, latent: int) -> "PrincipalComponents":
        """The first few of them alone. Raises ValueError for more than there are."""
        if whole("latent", latent) > self.latent:
            refuse("latent", latent, f"at most {self.latent}")
        return PrincipalComponents(self.mean, self.axes[:latent], self.variances[:latent])

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Points (..., d), or pictures (n, 1, 28, 28) -> codes (..., latent)."""
        if x.dim() == 4:
            flat, front = pixels(x)
            x = flat.reshape(*front, -1)
        return (x - self.mean) @ self.axes.mT

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Codes (..., latent) -> points (..., d)."""
        return self.mean + z @ self.axes
