#!/usr/bin/env python3
"""Networks of 784-400-400-20 with what stands between two products, in PyTorch: peers of `benches/compare.py`.

    python benches/peer_layers.py [eager|compile] [SETUP...]

A JSON line for each: images a second of whole training steps (batches of 128, binarised afresh, ELBO, Adam) over six
seconds after a warm-up, on two threads.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SETUPS = {
    "gelu": lambda width: [nn.GELU()],
    "elu": lambda width: [nn.ELU()],
    "softplus": lambda width: [nn.Softplus()],
    "layer": lambda width: [nn.LayerNorm(width), nn.ReLU()],
    "batch": lambda width: [nn.BatchNorm1d(width), nn.ReLU()],
    "dropout": lambda width: [nn.ReLU(), nn.Dropout(0.2)],
}
BATCH, LATENT, WIDTH, PIXELS = 128, 20, 400, 784


class Network(nn.Module):
    def __init__(self, between):
        super().__init__()
        layers = lambda *widths: [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), *between(b))]
        self.encoder = nn.Sequential(*layers(PIXELS, WIDTH, WIDTH), nn.Linear(WIDTH, 2 * LATENT))
        self.decoder = nn.Sequential(*layers(LATENT, WIDTH, WIDTH), nn.Linear(WIDTH, PIXELS))

    def loss(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
        cross_entropy = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="none").sum(1)
        return (cross_entropy + kl).mean()


def measure(name, mode, seconds=6.0):
    torch.manual_seed(1)
    network = Network(SETUPS[name])
    grey = torch.rand(4096, PIXELS) * (torch.arange(PIXELS) / PIXELS)
    loss = torch.compile(network.loss) if mode == "compile" else network.loss
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)

    def step(number):
        first = number * BATCH % len(grey)
        optimiser.zero_grad()
        value = loss(torch.bernoulli(grey[first:first + BATCH]))
        value.backward()
        optimiser.step()
        if number % 10 == 0:
            value.item()

    for number in range(20):
        step(number)
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        step(steps)
        steps += 1
    return steps * BATCH / (time.perf_counter() - start)


if __name__ == "__main__":
    torch.set_num_threads(2)
    mode = sys.argv[1] if len(sys.argv) > 1 else "eager"
    for name in sys.argv[2:] or SETUPS:
        line = {"impl": f"torch-{mode}", "setup": name, "images_per_s": round(measure(name, mode), 1)}
        print(json.dumps(line), flush=True)
