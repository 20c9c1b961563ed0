#!/usr/bin/env python3
"""Elbow and its peers in turn: images a second, medians, and Elbow's ratio to the fastest peer.

    cargo build --release --locked
    python benches/compare.py PEERS [SETUP...] [--rounds 3] [--python VENV/bin/python] [--out speed.json] [--minutes 9]

PEERS is a folder with `peer_torch.py` and `peer_jax.py` for the standard set-ups and `peer_more.py` for others (one
that it lacks is left out); the rest is in `benches/peers`. Each round measures the speed of a matrix product, then
Elbow and every peer once. A peer that cannot measure a set-up (for want of JAX, or of a compiler) is left out of its
row, and why is said on standard error; --peers names those to measure. Rows are printed as they are measured, at the
end what they come to; run it from the repository's root.

With --out all that was measured is kept in a JSON file after each set-up, and set-ups that it has are not measured
again: with --minutes, which begins no set-up after so many, the same command goes on where the last one stopped.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

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

# The longest that one measurement may take beyond its seconds: the compilers of the peers may need minutes.
PATIENCE = 300


def with_fields(experiment, *fields):
    """The arguments of `elbow bench` for an experiment with some fields changed; the peers have no validation, and no
    history of states, most of which are kept in the first seconds."""
    fields = [*fields, "data.validation=1", "training.history=0"]
    return [str(experiment), *(part for field in fields for part in ("--set", field))]


def mlp(*fields):
    """The preset `mnist-mlp` with some fields changed."""
    return with_fields("mnist-mlp", *fields)


def layers(layer, count=2):
    """`mnist-mlp` with so many hidden layers of a kind."""
    return mlp(f"encoder=[{', '.join([layer] * count)}]")


def bound(name):
    """The set-up `burda-20-k50` with another bound."""
    return with_fields("burda-20-k50", f"objective.bound={name}")


# Every set-up beside the standard ones, by the file of its peer: arguments of `elbow bench`.
MORE = {
    "vamp": with_fields("vamp-prior"),
    "iaf": mlp("latent.posterior=InverseAutoregressiveFlow(blocks:2,hidden:64)"),
    "sigma": with_fields("sigma-vae"),
    "cb": with_fields("continuous-bernoulli"),
    "gauss": mlp("data.binarisation=None", "decoder.likelihood=GaussianLearned"),
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
    "gelu": layers("Dense(units: 400, activation: Gelu)"),
    "elu": layers("Dense(units: 400, activation: Elu)"),
    "softplus": layers("Dense(units: 400, activation: Softplus)"),
    "layer-norm": layers("Dense(units: 400, activation: Relu, norm: Layer)"),
    "batch-norm": layers("Dense(units: 400, activation: Relu, norm: Batch)"),
    "dropout": layers("Dense(units: 400, activation: Relu, dropout: 0.2)"),
    "deep": layers("Dense(units: 256, activation: Relu)", 6),
    "deep-norm": layers("Dense(units: 256, activation: Silu, norm: Layer)", 6),
    "batch-8": mlp("training.batch=8"),
    "batch-1024": mlp("training.batch=1024"),
}
METHODS = {
    "k50-iwae": bound("Iwae"),
    "k50-miwae": bound("Miwae(groups:10)"),
    "k50-piwae": bound("Piwae(groups:10)"),
    "k50-ciwae": bound("Ciwae(elbo_share:0.5)"),
    "k50-renyi": bound("Renyi(alpha:0.5)"),
    "mol": with_fields(HERE / "setups" / "mol.ron"),
    "categorical": mlp("data.binarisation=None", "decoder.likelihood=Categorical(levels:16)"),
    "full": mlp("latent.posterior=FullGaussian"),
    "planar": mlp("latent.posterior=PlanarFlow(length:8)"),
    "factor": with_fields("factor-vae-shapes"),
    "sphere": with_fields("svae-sphere"),
}
EVALUATION = {name: [name] for name in ("eval-adaptive", "eval-ais", "eval-gap")}
STANDARD = {name: [name] for name in MFLOP}
SETUPS = STANDARD | MORE | LAYERS | METHODS | EVALUATION

# Set-ups of colour images, made here, with the images' side.
COLOUR = {"rgb": 64, "mol": 32}

NAMES = ["PyTorch eager", "torch.compile", "JAX jit"]
MODES = dict(zip(NAMES, ["eager", "compile", "jit"]))


def peer_file(setup, name, peers):
    """The script in which a peer has a set-up; `None` if there is none."""
    own = {"layers.py": LAYERS, "methods.py": METHODS, "evaluation.py": EVALUATION}
    files = [HERE / "peers" / file for file, setups in own.items() if setup in setups]
    if name == "JAX jit":
        files = [peers / "peer_jax.py"] if setup in STANDARD else []
    elif not files:
        files = [peers / ("peer_torch.py" if setup in STANDARD else "peer_more.py")]
    return next((file for file in files if file.exists()), None)


class Failed(Exception):
    """A measurement that gave no number, with its reason."""


def measured(command, seconds):
    """The first JSON line that a command prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE + seconds)
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Failed(str(error)) from error
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    told = [line for line in done.stderr.splitlines() if line.strip()] or ["it printed nothing"]
    if not found:
        raise Failed(told[-1].strip())
    if "error" in found[0]:
        raise Failed(found[0]["error"])
    return found[0]


def colour_images(folder, side):
    """A file of 1,000 colour images of so many pixels a side."""
    shape = (1000, side, side, 3)
    header = str({"descr": "|u1", "fortran_order": False, "shape": shape})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    pixels = bytes((row * 37 + column * 11 + image * 3) % 256 for image in range(50) for row in range(side)
                   for column in range(side * 3))
    path = pathlib.Path(folder) / f"colour-{side}.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + pixels * 20)
    return path


def measure(setup, arguments, folder):
    """All rounds of a set-up: images a second by program, the peak, and why programs failed."""
    bench = [arguments.elbow, "bench", "--device", arguments.device, "--json", "--seconds", str(arguments.seconds)]
    own = SETUPS[setup]
    if setup in COLOUR:
        own = [*own, "--set", f'data.source=Arrays(file: "{colour_images(folder, COLOUR[setup])}")']
    commands = {"peak": [*bench, "gemm-peak"], "Elbow": [*bench, *own]}
    for name in arguments.chosen:
        if file := peer_file(setup, name, arguments.peers):
            run = [arguments.python, str(HERE / "peers" / "run.py"), str(file), MODES[name], setup]
            commands[name] = [*run, str(arguments.seconds), arguments.peer_device]
    found, failed = {name: [] for name in commands}, {}
    for _ in range(arguments.rounds):
        for name, command in commands.items():
            if name in failed:
                continue
            try:
                line = measured(command, arguments.seconds)
                found[name].append(line["gflop_per_s" if name == "peak" else "images_per_s"])
            except Failed as why:
                failed[name] = str(why)
                print(f"{setup}, {name}: {why}", file=sys.stderr, flush=True)
    return {"rounds": arguments.rounds, "seconds": arguments.seconds, "found": found, "failed": failed}


def medians(result):
    """The median of each program that gave numbers."""
    return {name: statistics.median(values) for name, values in result["found"].items() if values}


def ratio(result):
    """Elbow's speed by that of the fastest peer; `None` without one of the two."""
    median = medians(result)
    peers = [median[name] for name in NAMES if name in median]
    return median["Elbow"] / max(peers) if peers and "Elbow" in median else None


def row(setup, result, chosen):
    """The row of the table."""
    median, share = medians(result), "–"
    if setup in MFLOP and {"Elbow", "peak"} <= median.keys():
        share = f"{median['Elbow'] * MFLOP[setup] / 1e3 / median['peak']:.0%} of {median['peak']:.0f} GFLOP/s"
    speeds = " | ".join(f"{median[name]:,.0f}" if name in median else "–" for name in [*chosen, "Elbow"])
    told = ratio(result)
    return f"| `{setup}` | {speeds} | {'–' if told is None else f'{told:.2f}'} | {share} |"


def machine(python):
    """What was measured on, and with which peers."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor()
    versions = {}
    for package in ("torch", "jax"):
        code = f"import importlib.metadata as m; print(m.version('{package}'))"
        done = subprocess.run([python, "-c", code], capture_output=True, text=True)
        versions[package] = done.stdout.strip() or None
    return {"processor": processor, "cores": len(os.sched_getaffinity(0)), **versions}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("setups", nargs="*", metavar="SETUP", help=", ".join(SETUPS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement, after a warm-up")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has torch, jax and optax")
    parser.add_argument("--elbow", default="target/release/elbow")
    parser.add_argument("--device", default="cpu", help="Elbow's")
    parser.add_argument("--peer-device", default="cpu", help="PyTorch's")
    parser.add_argument("--peers", dest="chosen", default=NAMES, nargs="+", choices=NAMES)
    parser.add_argument("--out", type=pathlib.Path, help="a JSON file that keeps what was measured")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no set-up after so many")
    arguments = parser.parse_args()
    if unknown := set(arguments.setups) - set(SETUPS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SETUPS)}")

    kept = {"machine": machine(arguments.python), "setups": {}}
    if arguments.out and arguments.out.exists():
        kept = json.loads(arguments.out.read_text())
    start, wanted = time.monotonic(), arguments.setups or list(SETUPS)
    print("| set-up |", " | ".join([*arguments.chosen, "Elbow"]), "| Elbow / fastest peer | of GEMM peak |")
    print("|---" * (len(arguments.chosen) + 4) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for setup in wanted:
            if setup not in kept["setups"] and (time.monotonic() - start) / 60 < arguments.minutes:
                result = measure(setup, arguments, folder)
                kept["setups"][setup] = result | {"median": medians(result), "ratio": ratio(result)}
                if arguments.out:
                    arguments.out.write_text(json.dumps(kept, indent=1))
            if setup in kept["setups"]:
                print(row(setup, kept["setups"][setup], arguments.chosen), flush=True)

    ratios = {setup: kept["setups"][setup]["ratio"] for setup in wanted if setup in kept["setups"]}
    ratios = {setup: value for setup, value in ratios.items() if value is not None}
    if ratios:
        ascending = sorted(ratios.items(), key=lambda one: one[1])
        below = [f"{setup} {value:.2f}" for setup, value in ascending if value < 1.25]
        print(f"\n{len(ratios)} set-ups: median ratio {statistics.median(ratios.values()):.2f}, "
              f"least {min(ratios.values()):.2f}; below 1.25: {', '.join(below) or 'none'}")
    if left := [setup for setup in wanted if setup not in kept["setups"]]:
        print(f"not yet measured: {', '.join(left)}; run the same command again")


if __name__ == "__main__":
    main()
