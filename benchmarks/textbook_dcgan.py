"""The baseline for digits: a DCGAN of the tutorials' size in plain PyTorch, as a good tutorial writes it.

32 x 32 pixels (MNIST with two white pixels around it, cut off again to measure), nearest-neighbour upsampling and 3 x 3
convolutions of 128, 128 and 64 channels in G, strided ones of 16 to 128 with dropout in D, batch normalisation in both,
`BCEWithLogitsLoss`, batches of 64, torch's own Adam at 2e-4 with beta1 .5. Nothing in the loop waits for a number.
"""

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons.distributions import mnist

BATCH, NOISE = 64, 100


class TextbookDCGAN:
    """G and D, their optimizers, and MNIST as bytes, all on a device; `train(steps)`."""

    def __init__(self, seed: int = 0, device: torch.device | str = "cpu"):
        self.device = device
        torch.manual_seed(seed)
        self.G = nn.Sequential(
            nn.Linear(NOISE, 128 * 8 * 8),
            nn.Unflatten(1, (128, 8, 8)),
            nn.BatchNorm2d(128),
            nn.Upsample(scale_factor=2),
            *(nn.Conv2d(128, 128, 3, 1, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.2)),
            nn.Upsample(scale_factor=2),
            *(nn.Conv2d(128, 64, 3, 1, 1), nn.BatchNorm2d(64), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(64, 1, 3, 1, 1), nn.Tanh()),
        )
        layers = [nn.Conv2d(1, 16, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout2d(0.25)]
        for before, after in ((16, 32), (32, 64), (64, 128)):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout2d(0.25), nn.BatchNorm2d(after)]
        self.D = nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 2 * 2, 1))
        for part in [*self.G.modules(), *self.D.modules()]:
            if isinstance(part, nn.Conv2d):
                nn.init.normal_(part.weight, 0.0, 0.02)
            elif isinstance(part, nn.BatchNorm2d):
                nn.init.normal_(part.weight, 1.0, 0.02)
        self.G.to(device), self.D.to(device)
        self.g_optimizer = torch.optim.Adam(self.G.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.d_optimizer = torch.optim.Adam(self.D.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.images = torch.tensor(mnist.load("train").images)[:, None].to(device)

    def train(self, steps: int) -> None:
        G, D, d_optimizer, g_optimizer = self.G, self.D, self.d_optimizer, self.g_optimizer
        bce, here = nn.BCEWithLogitsLoss(), {"device": self.device}
        ones, zeros = torch.ones(BATCH, 1, **here), torch.zeros(BATCH, 1, **here)
        for _ in range(steps):
            images = self.images[torch.randint(len(self.images), (BATCH,), **here)]
            real = F.pad(images, (2, 2, 2, 2)).float() / 127.5 - 1

            g_optimizer.zero_grad()
            fake = G(torch.randn(BATCH, NOISE, **here))
            g_loss = bce(D(fake), ones)
            g_loss.backward()
            g_optimizer.step()

            d_optimizer.zero_grad()
            d_loss = (bce(D(real), ones) + bce(D(fake.detach()), zeros)) / 2
            d_loss.backward()
            d_optimizer.step()

    def make(self, noise: torch.Tensor) -> torch.Tensor:
        """Images of 28 x 28 for noise (1, n, 100): (1, n, 784)."""
        self.G.eval()
        images = self.G(noise[0].to(self.device))[..., 2:-2, 2:-2].flatten(1)[None]
        self.G.train()
        return images
