#!/usr/bin/env python3
"""Elbow and its peers in turn: images a second of the standard set-ups, medians, and Elbow's ratio to the fastest peer.

    cargo build --release --locked
    python benches/compare.py PEERS [SETUP...] [--rounds 3] [--python VENV/bin/python] [--elbow target/release/elbow]

PEERS is a folder with `peer_torch.py` and `peer_jax.py`, which take set-ups as arguments and print a JSON line for each
as `elbow bench --json` does. Each round measures the speed of a matrix product, then Elbow and every peer once.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

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


def lines(command):
    """The JSON lines that a command prints."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("setups", nargs="*", metavar="SETUP", help=", ".join(MFLOP))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has torch, jax and optax")
    parser.add_argument("--elbow", default="target/release/elbow")
    arguments = parser.parse_args()
    if unknown := set(arguments.setups) - set(MFLOP):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MFLOP)}")

    torch, jax = (str(arguments.peers / name) for name in ("peer_torch.py", "peer_jax.py"))
    peers = {
        "PyTorch eager": [arguments.python, torch, "eager"],
        "torch.compile": [arguments.python, torch, "compile"],
        "JAX jit": [arguments.python, jax],
    }
    bench = [arguments.elbow, "bench", "--device", "cpu", "--json"]
    print("| set-up |", " | ".join([*peers, "Elbow"]), "| Elbow / fastest peer | of GEMM peak |")
    print("|---" * (len(peers) + 4) + "|")
    for setup in arguments.setups or MFLOP:
        found = {name: [] for name in [*peers, "Elbow", "peak"]}
        for _ in range(arguments.rounds):
            found["peak"].append(lines([*bench, "gemm-peak"])[0]["gflop_per_s"])
            for name, command in {"Elbow": bench, **peers}.items():
                found[name].append(lines([*command, setup])[0]["images_per_s"])
        median = {name: statistics.median(values) for name, values in found.items()}
        ratio = median["Elbow"] / max(median[name] for name in peers)
        share = median["Elbow"] * MFLOP[setup] / 1e3 / median["peak"]
        speeds = " | ".join(f"{median[name]:,.0f}" for name in [*peers, "Elbow"])
        print(f"| `{setup}` | {speeds} | {ratio:.2f} | {share:.0%} of {median['peak']:.0f} GFLOP/s |", flush=True)


if __name__ == "__main__":
    main()
