#!/usr/bin/env python3
"""Cost curves: the time that a training step takes for each image, over the batch, K and the latent dimension.

    cargo build --release --locked
    python benches/curves.py [--out curves] [--seconds 1] [--rounds 1] [--device cpu] [batch|samples|latent ...]

Writes `curves.csv` and a picture, `curves.svg`, into the folder, and names the cliffs: where an image costs more in a
larger batch, or more than in proportion to K or the latent dimension. Each point is the fastest of the rounds, since
what else a machine does makes a step slower only.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess

EXPERIMENTS = ["mnist-mlp", "mnist-conv"]
CURVES = {
    "batch": ("training.batch", "images in a batch", [2**power for power in range(13)]),
    "samples": ("objective.samples", "samples K for each image", [1, 2, 3, 5, 10, 20, 50, 100]),
    "latent": ("latent.dimension", "latent dimension", [2**power for power in range(9)]),
}
# How much more than expected an image may cost at the next point before it is called a cliff.
CLIFF = 1.25

COLOURS = ["#0072b2", "#d55e00"]
WIDTH, HEIGHT, LEFT, TOP, GAP = 380, 300, 64, 40, 48


def microseconds(arguments, experiment, field, value):
    """The time of a step for each image."""
    command = [arguments.elbow, "bench", experiment, "--device", arguments.device, "--json", "--seconds",
               str(arguments.seconds), "--set", f"{field}={value}", "--set", "data.validation=1"]
    times = []
    for _ in range(arguments.rounds):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        times.append(1e6 / json.loads(done.stdout)["images_per_s"])
    return min(times)


def cliffs(curve, points):
    """Where the next point costs more than it should: (from, to, how many times as much)."""
    found = []
    for (a, before), (b, after) in zip(points, points[1:]):
        expected = before if curve == "batch" else before * b / a
        if after > CLIFF * expected:
            found.append((a, b, after / expected))
    return found


def ticks(least, most):
    """1, 2 and 5 times the powers of ten between two numbers; the powers alone where these are many."""
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = [1, 2, 5] if most / least < 200 else [1]
    return [step * 10**power for power in powers for step in steps if least <= step * 10**power <= most]


def told(number):
    """A number for an axis."""
    return f"{number:,.0f}" if number >= 1 else f"{number:g}"


def panel(left, name, curve, results, range_y):
    """A curve of each experiment, on logarithmic axes."""
    xs = CURVES[curve][2]
    x = lambda value: left + WIDTH * math.log(value / xs[0]) / math.log(xs[-1] / xs[0])
    y = lambda value: TOP + HEIGHT * math.log(range_y[1] / value) / math.log(range_y[1] / range_y[0])
    parts = [f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>',
             f'<text x="{left + WIDTH / 2}" y="{TOP + HEIGHT + 38}" text-anchor="middle">{name}</text>']
    marks = xs if len(xs) < 10 else xs[::2]
    parts += [f'<text x="{x(mark):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{mark}</text>' for mark in marks]
    for mark in ticks(*range_y):
        parts.append(f'<path d="M{left} {y(mark):.1f}h{WIDTH}" stroke="#ddd"/>')
        if left == LEFT:
            parts.append(f'<text x="{left - 6}" y="{y(mark) + 4:.1f}" text-anchor="end">{told(mark)}</text>')
    for colour, (experiment, points) in zip(COLOURS, results.items()):
        line = " ".join(f"{x(value):.1f},{y(cost):.1f}" for value, cost in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(value):.1f}" cy="{y(cost):.1f}" r="3" fill="{colour}"/>' for value, cost in points]
        steep = {b for _, b, _ in cliffs(curve, points)}
        parts += [f'<circle cx="{x(value):.1f}" cy="{y(cost):.1f}" r="8" fill="none" stroke="{colour}"/>'
                  for value, cost in points if value in steep]
    return parts


def picture(measured):
    """The curves as SVG; points at cliffs have a circle round them."""
    costs = [cost for curves in measured.values() for points in curves.values() for _, cost in points]
    range_y = min(costs) / 1.3, max(costs) * 1.3
    parts = [f'<text x="{LEFT}" y="20">microseconds for each image</text>']
    for index, colour in enumerate(COLOURS):
        at = LEFT + 240 + 130 * index
        parts.append(f'<circle cx="{at}" cy="16" r="4" fill="{colour}"/><text x="{at + 10}" y="20">'
                     f'{EXPERIMENTS[index]}</text>')
    for index, (curve, results) in enumerate(measured.items()):
        parts += panel(LEFT + index * (WIDTH + GAP), CURVES[curve][1], curve, results, range_y)
    width = LEFT + len(measured) * (WIDTH + GAP)
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{TOP + HEIGHT + 56}" '
            'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>')
    return "\n".join([head, *parts, "</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("curves", nargs="*", help=", ".join(CURVES))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("curves"))
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--elbow", default="target/release/elbow")
    arguments = parser.parse_args()
    if unknown := set(arguments.curves) - set(CURVES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(CURVES)}")

    measured = {}
    for curve in arguments.curves or CURVES:
        field, name, values = CURVES[curve]
        measured[curve] = {}
        for experiment in EXPERIMENTS:
            points = [(value, microseconds(arguments, experiment, field, value)) for value in values]
            measured[curve][experiment] = points
            print(f"{experiment}, {name}: " + ", ".join(f"{value}: {cost:.1f}" for value, cost in points), flush=True)
            for a, b, times in cliffs(curve, points):
                print(f"  a cliff from {a} to {b}: {times:.2f} times what is expected")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open(arguments.out / "curves.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["experiment", "field", "value", "us_per_image"])
        for curve, results in measured.items():
            rows.writerows([experiment, CURVES[curve][0], value, round(cost, 3)]
                           for experiment, points in results.items() for value, cost in points)
    (arguments.out / "curves.svg").write_text(picture(measured))


if __name__ == "__main__":
    main()
