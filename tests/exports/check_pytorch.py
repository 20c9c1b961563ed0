"""Loads every exported model.py of a folder, and compares what it computes with Elbow's own numbers."""

import importlib.util
import pathlib
import sys

import torch
from safetensors.torch import load_file

TOLERANCE = 1e-3


def far(found, expected):
    """The largest difference, for large numbers as a share of them: these are rounded."""
    return ((found - expected).abs() / expected.abs().clamp_min(1)).max().item()


def load(folder):
    spec = importlib.util.spec_from_file_location("exported_" + folder.name, folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load()


def main():
    torch.set_num_threads(1)
    folders = sorted(pathlib.Path(sys.argv[1]).iterdir())
    worst, bound, wrong = 0.0, 0.0, 0
    for folder in folders:
        name = (folder / "name").read_text()
        model, reference = load(folder), load_file(folder / "reference.safetensors")
        with torch.no_grad():
            x, epsilon = reference["x"], reference["epsilon"]
            # In double precision, so that the rounding is Elbow's alone. It is that of single precision: where an ELBO
            # is the size of a count's rate e^L, four units in the last place of L, about ε·L each, change it by as
            # large a share, which is added to the tolerance.
            exact = load(folder).double().elbo(x.double(), epsilon=epsilon.double())
            off, size = (reference["elbo"].flatten().double() - exact).abs(), exact.abs()
            rounding = 4 * torch.finfo(torch.float32).eps * size.clamp_min(1).log() * size
            error = (off - rounding).max().item()
            z, _ = model.encode(x).sample(epsilon)
            means = model.likelihood.mean(model.decode(reference["z"]))
            others = [far(z, reference["z"]), far(means, reference["means"])]
            finite = all(model.sample(5, means=m).isfinite().all() for m in (True, False))
            finite = finite and model.elbo(x, K=3).isfinite().all() and model.reconstruct(x).isfinite().all()
        if not (error < TOLERANCE and max(others) < TOLERANCE and finite):
            wrong += 1
            print(f"WRONG {name}: ELBO off by {error:.2e}, z and means by {others}, samples finite: {bool(finite)}")
        largest = off.max(0)
        worst, bound = max((worst, bound), (largest.values.item(), exact[largest.indices].item()))
        # It must also train.
        model.train()
        (-model.elbo(x, K=2).mean()).backward()
        if not all(p.grad is None or p.grad.isfinite().all() for p in model.parameters()):
            wrong += 1
            print(f"WRONG {name}: a gradient is not finite")
    largest = f"PyTorch {torch.__version__}: largest difference of an ELBO {worst:.1e} nats, of {bound:.6g}"
    print(f"{largest}; {len(folders) - wrong} models agree")
    sys.exit(wrong > 0)


main()
