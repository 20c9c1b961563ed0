"""What the peers of `benches/compare.py` in this folder share: whole training steps in PyTorch, and their speed."""
import json
import math
import time

import torch
from torch import nn
from torch.nn import functional as F

PIXELS = 784
LOG_TAU = math.log(2 * math.pi)


def dense(*widths, between=lambda width: [nn.ReLU()]):
    """Linear layers, each with what `between` puts behind it."""
    pairs = zip(widths, widths[1:])
    return nn.Sequential(*(part for a, b in pairs for part in (nn.Linear(a, b), *between(b))))


class Vae(nn.Module):
    """A VAE of dense layers: a diagonal Gaussian posterior, a standard normal prior, a Bernoulli likelihood, ELBO."""

    batch, samples, shape = 128, 1, (1, 28, 28)
    binary = True

    def __init__(self, widths, latent, between=lambda width: [nn.ReLU()], heads=None, outputs=None):
        super().__init__()
        pixels = math.prod(self.shape)
        back = [latent, *reversed(widths)]
        self.encoder = nn.Sequential(dense(pixels, *widths, between=between),
                                     nn.Linear(widths[-1], heads or 2 * latent))
        self.decoder = nn.Sequential(dense(*back, between=between), nn.Linear(widths[0], outputs or pixels))

    def posterior(self, x):
        """Mean and log variance of q(z|x)."""
        return self.encoder(x).chunk(2, 1)

    def sample(self, mean, log_variance):
        """Samples of z, samples × batch × latent."""
        noise = torch.randn(self.samples, *mean.shape)
        return mean + torch.exp(0.5 * log_variance) * noise

    def kl(self, mean, log_variance):
        """KL[q(z|x) ‖ N(0, I)], one for each image."""
        return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)

    def log_likelihood(self, x, z):
        """log p(x|z), samples × batch."""
        logits = self.decoder(z.flatten(0, 1)).view(*z.shape[:2], -1)
        return -F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)

    def loss(self, x):
        """What is minimised."""
        mean, log_variance = self.posterior(x)
        return (self.kl(mean, log_variance) - self.log_likelihood(x, self.sample(mean, log_variance))).mean()

    def data(self, grey):
        """A batch from grey images: binarised afresh."""
        return torch.bernoulli(grey) if self.binary else grey

    def optimisers(self):
        """All that a step moves parameters by."""
        return [torch.optim.Adam(self.parameters(), 1e-3)]


def normal(z, mean, log_variance):
    """The log density of a diagonal Gaussian, summed over the last dimension."""
    return -0.5 * (log_variance + (z - mean).square() * torch.exp(-log_variance) + LOG_TAU).sum(-1)


def report(name, mode, images_per_s, **more):
    """Print the JSON line of a set-up, as `elbow bench --json` does."""
    line = {"impl": f"torch-{mode}", "setup": name, "images_per_s": round(images_per_s, 2), **more}
    print(json.dumps(line), flush=True)


def compiled(function, mode):
    """`function`, compiled where the mode says so."""
    return torch.compile(function) if mode == "compile" else function


def steps(name, network, mode, seconds):
    """The speed of whole steps of a network: a fresh batch, its gradient, the optimisers' updates."""
    torch.manual_seed(1)
    pixels = math.prod(network.shape)
    grey = torch.rand(4000, pixels) * (torch.arange(pixels) / pixels)
    loss = compiled(network.loss, mode)
    optimisers = network.optimisers()

    def step(number):
        first = number * network.batch % (len(grey) - network.batch + 1)
        for optimiser in optimisers:
            optimiser.zero_grad()
        value = loss(network.data(grey[first:first + network.batch]))
        value.backward()
        for optimiser in optimisers:
            optimiser.step()
        if number % 10 == 0:
            value.item()

    start = time.perf_counter()
    step(0)
    first_step = time.perf_counter() - start
    for number in range(1, 20):
        step(number)
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        step(done)
        done += 1
    elapsed = time.perf_counter() - start
    report(name, mode, done * network.batch / elapsed, ms_per_step=round(elapsed * 1e3 / done, 3),
           first_step_s=round(first_step, 2))
