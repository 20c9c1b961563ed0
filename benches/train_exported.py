"""Trains an exported model.py from a fresh start, as a script of one's own would, and prints its test ELBO: a check
that `training.initialisation: Torch` starts where PyTorch's layers start.

    elbow train benches/torch.ron --out RUN && elbow export RUN --pytorch MODEL
    python benches/train_exported.py MODEL [SEED …]      # images: assets/mnist
"""

import gzip
import importlib.util
import pathlib
import sys

import torch


def images(name):
    data = gzip.open(pathlib.Path(__file__).parents[1] / "assets/mnist" / f"{name}-images-idx3-ubyte.gz").read()
    return torch.frombuffer(bytearray(data[16:]), dtype=torch.uint8).view(-1, 784).float() / 255


def train(model, seed, epochs=5, batch=100):
    torch.manual_seed(seed)
    vae = model.VAE()
    optimiser = torch.optim.Adam(vae.parameters(), lr=1e-3)
    train, test = images("train")[5_000:], images("t10k")
    for _ in range(epochs):
        for chosen in torch.randperm(len(train)).split(batch):
            loss = -vae.elbo(torch.bernoulli(train[chosen])).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    vae.eval()
    with torch.no_grad():
        return torch.cat([vae.elbo(torch.bernoulli(x), K=10) for x in test.split(1_000)]).mean().item()


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("model", pathlib.Path(sys.argv[1]) / "model.py")
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    for seed in map(int, sys.argv[2:] or ["1", "2", "3"]):
        print(f"seed {seed}: test ELBO {train(model, seed):.2f} nats", flush=True)
