"""Networks in PyTorch whose layers differ in what stands between two products, in depth, or in the batch's size: peers
of `benches/compare.py`. `run` measures one."""
from torch import nn

from training import Vae, steps


def between(make):
    """`mnist-mlp` with two hidden layers of 400, each with the modules that `make` gives behind its product."""
    return lambda: Vae([400, 400], 20, between=make)


def batch(images):
    """`mnist-mlp` with batches of so many images."""
    network = Vae([400], 20)
    network.batch = images
    return network


SETUPS = {
    "gelu": between(lambda width: [nn.GELU()]),
    "elu": between(lambda width: [nn.ELU()]),
    "softplus": between(lambda width: [nn.Softplus()]),
    "layer-norm": between(lambda width: [nn.LayerNorm(width), nn.ReLU()]),
    "batch-norm": between(lambda width: [nn.BatchNorm1d(width), nn.ReLU()]),
    "dropout": between(lambda width: [nn.ReLU(), nn.Dropout(0.2)]),
    "deep": lambda: Vae([256] * 6, 20),
    "deep-norm": lambda: Vae([256] * 6, 20, between=lambda width: [nn.LayerNorm(width), nn.SiLU()]),
    "batch-8": lambda: batch(8),
    "batch-1024": lambda: batch(1024),
}


def run(name, mode, seconds):
    """Print the JSON line of a set-up; `mode` is eager or compile."""
    steps(name, SETUPS[name](), mode, seconds)
