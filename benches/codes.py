"""Fits a logistic regression on the codes that `elbow encode` has written, and prints its accuracy on the test images;
with an exported model also how long PyTorch takes to encode the 70,000 images of MNIST, which are in memory already.

    elbow train mnist-mlp --out RUN && elbow encode RUN --out codes.npz && elbow export RUN --pytorch MODEL
    python benches/codes.py codes.npz [MODEL]            # images: assets/mnist
"""

import importlib.util
import pathlib
import sys
import time

import numpy
import torch
import torch.nn.functional as F

from train_exported import images


def accuracy(codes, split, label):
    """The share of test images that a regression on the others' codes labels rightly."""
    codes = (codes - codes.mean(0)) / codes.std(0).clamp_min(1e-6)
    test = torch.tensor([name == "test" for name in split])
    layer = torch.nn.Linear(codes.shape[1], int(label.max()) + 1)
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = F.cross_entropy(layer(codes[~test]), label[~test]) + 1e-5 * layer.weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    with torch.no_grad():
        return (layer(codes[test]).argmax(1) == label[test]).float().mean().item()


def seconds_to_encode(folder):
    """The seconds that PyTorch takes to the means of q(z|x) of all images."""
    spec = importlib.util.spec_from_file_location("model", pathlib.Path(folder) / "model.py")
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    vae, x = model.load(), torch.cat([images("train"), images("t10k")])
    with torch.no_grad():
        vae.encode(x[:1_000])
        start = time.perf_counter()
        torch.cat([vae.encode(part).mean for part in x.split(1_000)])
        return time.perf_counter() - start


if __name__ == "__main__":
    arrays = numpy.load(sys.argv[1])
    codes, label = torch.tensor(arrays["mean"]), torch.tensor(arrays["label"]).long()
    print(f"accuracy on the test images' codes: {accuracy(codes, arrays['split'], label):.4f}")
    if len(sys.argv) > 2:
        threads = torch.get_num_threads()
        print(f"PyTorch {torch.__version__}, {threads} threads: {seconds_to_encode(sys.argv[2]):.2f} s to encode")
