#!/usr/bin/env python3
"""Convolutions beside PyTorch's (oneDNN) on the same shapes and two threads, in turn: a table of PyTorch's time by
Elbow's, forward, for the gradient with respect to the input and for that with respect to the kernels; medians.

    python benches/convolutions.py [--rounds 3] [--elbow 'cargo bench --bench convolutions']

PyTorch is that of the interpreter that runs this. What a stride leaves over at the end of a transposed convolution's
map is `output_padding` there.
"""
import argparse
import json
import shlex
import statistics
import subprocess
import time

import torch

# How long each is measured, in seconds.
DURATION = 0.2


def milliseconds(work):
    """The median time of `work`."""
    for _ in range(3):
        work()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < DURATION or len(times) < 5:
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return statistics.median(times) * 1e3


def by_torch(shape):
    """Forward, gradient of the input, gradient of the kernels, in milliseconds."""
    (large, side), (small, small_side) = shape["large"], shape["small"]
    kernel, stride, padding = shape["kernel"], shape["stride"], shape["padding"]
    transposed, images = shape["transposed"], shape["images"]
    weight = torch.randn(small, large, kernel, kernel)
    maps = torch.randn(images, large, side, side), torch.randn(images, small, small_side, small_side)
    x, gradient = reversed(maps) if transposed else maps
    left = side - ((small_side - 1) * stride - 2 * padding + kernel) if transposed else 0
    settings = [stride] * 2, [padding] * 2, [1, 1], transposed, [left] * 2, 1
    bias = torch.zeros(large if transposed else small)

    def backward(*mask):
        return torch.ops.aten.convolution_backward(gradient, x, weight, [0], *settings, [*mask, False])

    return [
        milliseconds(lambda: torch.convolution(x, weight, bias, *settings)),
        milliseconds(lambda: backward(True, False)),
        milliseconds(lambda: backward(False, True)),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--elbow", default="cargo bench --bench convolutions")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    torch.set_grad_enabled(False)

    shapes, elbow, peer = [], [], []
    for _ in range(arguments.rounds):
        done = subprocess.run(shlex.split(arguments.elbow), check=True, capture_output=True, text=True)
        shapes = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        elbow.append([shape["ms"] for shape in shapes])
        peer.append([by_torch(shape) for shape in shapes])

    print("| convolution | images | forward | input | kernels | Elbow, ms |\n|---|---|---|---|---|---|")
    ratios = []
    for index, shape in enumerate(shapes):
        (large, side), (small, small_side) = shape["large"], shape["small"]
        ends = [f"{large} × {side}²", f"{small} × {small_side}²"]
        name = " → ".join(reversed(ends) if shape["transposed"] else ends)
        kind = "transposed " if shape["transposed"] else ""
        median = [[statistics.median(run[index][part] for run in runs) for part in range(3)] for runs in (elbow, peer)]
        row = [theirs / ours for ours, theirs in zip(*median)]
        ratios += row
        cells = " | ".join(f"{ratio:.2f}" for ratio in row)
        times = ", ".join(f"{ours:.2f}" for ours in median[0])
        size = shape["kernel"]
        print(f"| {kind}{size}×{size} stride {shape['stride']}, {name} | {shape['images']} | {cells} | {times} |")
    below = sum(ratio < 0.9 for ratio in ratios)
    print(f"\nleast {min(ratios):.2f}, median {statistics.median(ratios):.2f}, {below} of {len(ratios)} below 0.9")


if __name__ == "__main__":
    main()
