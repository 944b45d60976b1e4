"""An autoencoder, a VAE and a GAN of digits that need no training: principal components, of which all is known."""

import torch

from gan_lessons.distributions import mnist


def digits(n=300):
    """Real digits (n, 1, 28, 28) and their classes (n,): other ones than a lab takes by itself."""
    test = mnist.load("test")
    return torch.from_numpy(mnist.scaled(test.images[-n:])), torch.tensor(test.labels[-n:]).long()


class GAN:
    """Decodes along the two first principal components: middle + z @ basis, with z some N(0, I) on the digits."""

    def __init__(self):
        flat = digits()[0].flatten(1)
        self.middle = flat.mean(0)
        _, size, basis = torch.linalg.svd(flat - self.middle, full_matrices=False)
        self.basis = basis[:2] * size[:2, None] / len(flat) ** 0.5

    def decode(self, z):
        return (self.middle + z @ self.basis).clamp(-1, 1).view(-1, 1, 28, 28)

    def project(self, images):
        """The codes whose pictures, were they not cut off at -1 and 1, have the smallest squared difference."""
        return (images.flatten(1) - self.middle) @ torch.linalg.pinv(self.basis)


class VAE(GAN):
    """The codes of real digits have mean 0 and standard deviation 1."""

    def encode(self, images):
        return self.project(images)

    def posterior(self, images):
        return self.encode(images), torch.zeros(len(images), 2)


class Autoencoder(GAN):
    """Codes lie around (5, -3), ten times as far from each other along the second number as along the first."""

    scale, shift = torch.tensor([1.0, 10.0]), torch.tensor([5.0, -3.0])

    def decode(self, z):
        return super().decode((z - self.shift) / self.scale)

    def encode(self, images):
        return self.project(images) * self.scale + self.shift


def networks():
    """One of each."""
    return {"autoencoder": Autoencoder(), "VAE": VAE(), "GAN": GAN()}
