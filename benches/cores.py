#!/usr/bin/env python3
"""What more cores would bring: the serial part of a step, and the cost of dividing a minibatch further.

    cargo build --release --locked
    python benches/cores.py [SETUP...] [--seconds 2] [--rounds 3] [--elbow target/release/elbow]

Run on two cores. Each set-up is measured with its minibatch in 1, 2, 4, 8 and 16 shards, in turn; medians of the rounds
count. One shard runs on one thread, several run on two. T₁ and T₂ are the times of a step with one shard and with two.

- Serial: S = 2·T₂ − T₁, the time of a step that a second core does not shorten (Amdahl's law): batches, reports, the
  sum of the gradients.
- N cost: how much longer a step takes in N shards than in two, on the same two threads.
- N cores: the speed that is expected of N cores, one core being 1. A step takes S + (T_N − S)·2/N there, with T_N the
  time in N shards. Cores that share their memory and caches will be slower.
"""
import argparse
import json
import os
import statistics
import subprocess

SETUPS = ["mlp-128", "burda-20", "burda-100", "burda-20-k50", "conv-128"]
SHARDS = [1, 2, 4, 8, 16]


def milliseconds(arguments, setup, shards):
    """The time of a step."""
    command = [arguments.elbow, "bench", setup, "--device", "cpu", "--json", "--seconds", str(arguments.seconds),
               "--shards", str(shards)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["ms_per_step"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("setups", nargs="*", help=", ".join(SETUPS))
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--elbow", default="target/release/elbow")
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) > 2:
        parser.error("run it on two cores: taskset -c 0,1 python benches/cores.py")

    more = SHARDS[2:]
    head = ["set-up", "1 shard", "2 shards", "serial", *(f"{n} cost" for n in more),
            *(f"{n} cores" for n in SHARDS[1:])]
    print("|", " | ".join(head), "|\n" + "|---" * len(head) + "|")
    for setup in arguments.setups or SETUPS:
        rounds = [[milliseconds(arguments, setup, shards) for shards in SHARDS] for _ in range(arguments.rounds)]
        times = dict(zip(SHARDS, map(statistics.median, zip(*rounds))))
        # Noise may make two threads more than twice as fast.
        serial = max(0.0, 2 * times[2] - times[1])
        expected = {n: serial + (times[n] - serial) * 2 / n for n in SHARDS[1:]}
        cells = [f"`{setup}`", f"{times[1]:.2f} ms", f"{times[2]:.2f} ms", f"{serial / times[1]:.0%}",
                 *(f"{times[n] / times[2] - 1:+.0%}" for n in more),
                 *(f"{times[1] / expected[n]:.1f}" for n in SHARDS[1:])]
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
