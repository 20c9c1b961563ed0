#!/usr/bin/env python3
"""Elbow and its peers in turn: images a second, medians, and Elbow's ratio to the fastest peer.

    cargo build --release --locked
    python benches/compare.py PEERS [SETUP...] [--rounds 3] [--python VENV/bin/python] [--elbow target/release/elbow]

PEERS is a folder with `peer_torch.py` and `peer_jax.py` for the standard set-ups and `peer_more.py` for others, which
take set-ups as arguments and print a JSON line for each as `elbow bench --json` does; `peer_layers.py` is beside this
file. Each round measures the speed of a matrix product, then Elbow and every peer once. A peer that cannot measure a
set-up (for want of JAX, or of a compiler) is left out of its row; --peers names those to measure. The table is printed
row by row; run it from the repository's root.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

# Floating-point operations of the matrix products (or convolutions) that an image needs, in millions. A step: 2 a
# weight forward, 4 backward, but only 2 in the first layer, whose input needs no gradient; `eval-5000` goes forward
# only. Images count as dense, though Elbow leaves out their zeros.
MFLOP = {
    "mlp-128": 3.28,
    "burda-20": 2.23,
    "burda-100": 2.23,
    "burda-20-k50": 63.0,
    "conv-128": 25.1,
    "eval-5000": 2068.0,
}

HERE = pathlib.Path(__file__).parent


def with_fields(experiment, *fields):
    """The arguments of `elbow bench` for an experiment with some fields changed; the peers do no validation."""
    return [str(experiment), *(part for field in [*fields, "data.validation=1"] for part in ("--set", field))]


def between(layer):
    """`mnist-mlp` with two hidden layers of a kind."""
    return with_fields("mnist-mlp", f"encoder=[{layer}, {layer}]")


# What `peer_more.py` and `peer_layers.py` measure, as arguments of `elbow bench`.
MORE = {
    "vamp": with_fields("vamp-prior"),
    "iaf": with_fields("mnist-mlp", "latent.posterior=InverseAutoregressiveFlow(blocks:2,hidden:64)"),
    "sigma": with_fields("sigma-vae"),
    "cb": with_fields("continuous-bernoulli"),
    "gauss": with_fields("mnist-mlp", "data.binarisation=None", "decoder.likelihood=GaussianLearned"),
    "shapes": with_fields("shapes-conv"),
    "tc": with_fields("beta-tcvae-shapes"),
    "res": with_fields(HERE / "setups" / "res.ron"),
    "dreg": with_fields(
        "burda-2015",
        "training.batch=100",
        "objective.samples=5",
        "objective.bound=Iwae",
        "objective.estimator=DoublyReparameterised",
    ),
    "two": with_fields("burda-2015-2l"),
    "rgb": with_fields(HERE / "setups" / "rgb.ron"),
}
LAYERS = {
    "gelu": between("Dense(units: 400, activation: Gelu)"),
    "elu": between("Dense(units: 400, activation: Elu)"),
    "softplus": between("Dense(units: 400, activation: Softplus)"),
    "layer": between("Dense(units: 400, activation: Relu, norm: Layer)"),
    "batch": between("Dense(units: 400, activation: Relu, norm: Batch)"),
    "dropout": between("Dense(units: 400, activation: Relu, dropout: 0.2)"),
}


def lines(command):
    """The JSON lines that a command prints."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def speed(command):
    """Images a second; `None` if the command fails or says so."""
    try:
        return lines(command)[0].get("images_per_s")
    except (subprocess.CalledProcessError, IndexError):
        return None


def colour_images(folder):
    """A file of 1,000 colour images of 64 × 64 pixels for the set-up `rgb`."""
    shape = (1000, 64, 64, 3)
    header = str({"descr": "|u1", "fortran_order": False, "shape": shape})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    pixels = bytes((row * 37 + column * 11 + image * 3) % 256 for image in range(50) for row in range(64)
                   for column in range(64 * 3))
    path = pathlib.Path(folder) / "rgb.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + pixels * 20)
    return path


def main():
    known = [*MFLOP, *MORE, *LAYERS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("setups", nargs="*", metavar="SETUP", help=", ".join(known))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has torch, jax and optax")
    parser.add_argument("--elbow", default="target/release/elbow")
    names = ["PyTorch eager", "torch.compile", "JAX jit"]
    parser.add_argument("--peers", dest="chosen", default=names, nargs="+", choices=names)
    arguments = parser.parse_args()
    if unknown := set(arguments.setups) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    bench = [arguments.elbow, "bench", "--device", "cpu", "--json"]
    print("| set-up |", " | ".join([*arguments.chosen, "Elbow"]), "| Elbow / fastest peer | of GEMM peak |")
    print("|---" * (len(arguments.chosen) + 4) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for setup in arguments.setups or known:
            row(setup, arguments, bench, folder)


def row(setup, arguments, bench, folder):
    """Measure a set-up and print its row of the table."""
    own = MORE.get(setup) or LAYERS.get(setup) or [setup]
    if setup == "rgb":
        own = [*own, "--set", f'data.source=Arrays(file: "{colour_images(folder)}")']
    torch = HERE / "peer_layers.py" if setup in LAYERS else arguments.peers / (
        "peer_torch.py" if setup in MFLOP else "peer_more.py")
    commands = {
        "PyTorch eager": [arguments.python, str(torch), "eager", setup],
        "torch.compile": [arguments.python, str(torch), "compile", setup],
        "JAX jit": [arguments.python, str(arguments.peers / "peer_jax.py"), setup] if setup in MFLOP else None,
    }
    commands = {name: commands[name] for name in arguments.chosen}
    found = {name: [] for name in [*commands, "Elbow", "peak"]}
    for _ in range(arguments.rounds):
        found["peak"].append(lines([*bench, "gemm-peak"])[0]["gflop_per_s"])
        found["Elbow"].append(lines([*bench, *own])[0]["images_per_s"])
        for name, command in commands.items():
            images_per_s = speed(command) if command else None
            found[name] += [images_per_s] if images_per_s else []
    median = {name: statistics.median(values) for name, values in found.items() if values}
    fastest = max((median[name] for name in commands if name in median), default=None)
    ratio = f"{median['Elbow'] / fastest:.2f}" if fastest else "–"
    share = "–"
    if setup in MFLOP:
        share = f"{median['Elbow'] * MFLOP[setup] / 1e3 / median['peak']:.0%} of {median['peak']:.0f} GFLOP/s"
    speeds = " | ".join(f"{median[name]:,.0f}" if name in median else "–" for name in [*commands, "Elbow"])
    print(f"| `{setup}` | {speeds} | {ratio} | {share} |", flush=True)


if __name__ == "__main__":
    main()
