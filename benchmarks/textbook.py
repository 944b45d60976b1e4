"""The baselines: the two articles' toys in plain PyTorch, one run at a time, as a good tutorial writes them.

`nn.Sequential`, `BCEWithLogitsLoss`, torch's own optimizers, fresh data and noise for each update, and nothing in
the loop that waits for a number (no `.item()`). Constants are made once, before the loop.
"""

import torch
from torch import nn


class Aylien:
    """AYLIEN's toy with the settings of its code at head: batches of 8, stratified noise, Adam."""

    def __init__(self, seed: int = 0):
        torch.manual_seed(seed)
        self.G = nn.Sequential(nn.Linear(1, 4), nn.Softplus(), nn.Linear(4, 1))
        self.D = nn.Sequential(
            nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1)
        )
        for layer in [*self.G, *self.D]:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight)
                nn.init.zeros_(layer.bias)
        self.g_optimizer = torch.optim.Adam(self.G.parameters(), lr=1e-3)
        self.d_optimizer = torch.optim.Adam(self.D.parameters(), lr=1e-3)

    def train(self, steps: int) -> None:
        G, D, d_optimizer, g_optimizer = self.G, self.D, self.d_optimizer, self.g_optimizer
        bce, ones, zeros = nn.BCEWithLogitsLoss(), torch.ones(8, 1), torch.zeros(8, 1)
        ladder = torch.linspace(-8, 8, 8)[:, None]
        for _ in range(steps):
            real = 4 + 0.5 * torch.randn(8, 1)
            fake = G(ladder + 0.01 * torch.rand(8, 1)).detach()
            d_optimizer.zero_grad()
            d_loss = bce(D(real), ones) + bce(D(fake), zeros)
            d_loss.backward()
            d_optimizer.step()

            fake = G(ladder + 0.01 * torch.rand(8, 1))
            g_optimizer.zero_grad()
            g_loss = bce(D(fake), ones)
            g_loss.backward()
            g_optimizer.step()


class DevNag:
    """Dev Nag's toy, post and code at head: D sees a batch of 500 as one example, by four moments; SGD with momentum.

    A step is one update of D and one of G; his own turns of 20 and 20 would cost the same an update."""

    def __init__(self, seed: int = 0):
        torch.manual_seed(seed)
        self.G = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 1))
        self.D = nn.Sequential(nn.Linear(4, 10), nn.Sigmoid(), nn.Linear(10, 10), nn.Sigmoid(), nn.Linear(10, 1))
        self.g_optimizer = torch.optim.SGD(self.G.parameters(), lr=1e-3, momentum=0.9)
        self.d_optimizer = torch.optim.SGD(self.D.parameters(), lr=1e-3, momentum=0.9)

    def train(self, steps: int) -> None:
        G, D, d_optimizer, g_optimizer = self.G, self.D, self.d_optimizer, self.g_optimizer
        bce, one, zero = nn.BCEWithLogitsLoss(), torch.ones(1), torch.zeros(1)
        for _ in range(steps):
            real = 4 + 1.25 * torch.randn(500, 1)
            fake = G(torch.rand(500, 1)).detach()
            d_optimizer.zero_grad()
            d_loss = bce(D(moments(real)), one) + bce(D(moments(fake)), zero)
            d_loss.backward()
            d_optimizer.step()

            fake = G(torch.rand(500, 1))
            g_optimizer.zero_grad()
            g_loss = bce(D(moments(fake)), one)
            g_loss.backward()
            g_optimizer.step()


def moments(x: torch.Tensor) -> torch.Tensor:
    """Mean, sd, skewness and excess kurtosis of a batch: (500, 1) -> (4,)."""
    mean = x.mean()
    diffs = x - mean
    sd = (diffs**2).mean().sqrt()
    z = diffs / sd
    return torch.stack([mean, sd, (z**3).mean(), (z**4).mean() - 3])
