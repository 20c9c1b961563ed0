#!/usr/bin/env python3
"""The limit of each standard set-up: the time of its matrix products alone at the measured peak, and what the rest of
the processor's time is spent on.

    cargo build --release --locked
    python benches/limits.py [SETUP...] [--seconds 4] [--elbow target/release/elbow]

Linux's `perf` takes samples of all threads while `elbow bench` runs; each sample belongs to a kind of work by the
function that it is in. The table has, of a step (or of an evaluation's image), the time by the clock, the time that its
products would take at the peak that `elbow bench gemm-peak` measures with as many threads, and the shares of the cores'
time: products, passes between products, the optimiser, batches (data and random numbers), memory, the rest of the
program, and cores that wait.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile

from compare import MFLOP

# The kinds of work, by functions' names; the first that fits.
KINDS = [
    ("products", r"kernels::cpu::(product|tiles|dots|lines|sparse|bordered|convolution|channel_vectors"
                 r"|position_vectors|phases|patches|divided|transpose)|\bgemm"),
    ("passes", r"kernels::cpu::(elementwise|function|norm|normal_densities|(logistic_)?mixture|continuous_bernoulli"
               r"|categorical|log_sum_exp|planar_flow)|kernels::(bernoulli|dropout|vector)"),
    ("optimiser", r"kernels::cpu::update|kernels::optimiser"),
    ("batches", r"elbow::random|elbow::data|binaris|shuffle"),
    ("waiting", r"thread_pool|sched_yield|futex|clock_gettime|schedule|syscall|entry_SYSCALL|do_sys|yield|vdso"
                r"|Instant"),
    ("memory", r"mi_|malloc|free|memcpy|memset|memmove|page|clear_|fault|madvise|munmap|mmap|zap|Alloc"),
]


def kind(thread, symbol):
    """The kind of work of a sample."""
    if thread.startswith("elbow-batches"):
        return "batches"
    return next((name for name, pattern in KINDS if re.search(pattern, symbol)), "the rest")


def samples(command, seconds, folder):
    """Seconds of processor time by thread and function, and what the command printed."""
    data, rate = str(folder / "perf.data"), 997
    done = subprocess.run(["perf", "record", "-q", "-F", str(rate), "-e", "cpu-clock", "-o", data, *command],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"perf: {done.stderr.strip()}")
    report = subprocess.run(["perf", "script", "-i", data, "-F", "comm,time,ip,sym"], capture_output=True, text=True)
    found, lines = {}, [line for line in report.stdout.splitlines() if line.strip()]
    pattern = re.compile(r"^\s*(.+?)\s+(\d+\.\d+):\s+[0-9a-f]+\s+(.*)$")
    parsed = [match.groups() for line in lines if (match := pattern.match(line))]
    # The last seconds alone: before them data are read and caches are cold.
    last = max(float(time) for _, time, _ in parsed)
    window = 0.7 * seconds
    for thread, time, symbol in parsed:
        if float(time) > last - window:
            key = (thread, symbol)
            found[key] = found.get(key, 0) + 1 / rate / window
    return found, json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("setups", nargs="*", help=", ".join(MFLOP))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--elbow", default="target/release/elbow")
    parser.add_argument("--functions", type=int, default=0, help="of each set-up, print so many functions too")
    arguments = parser.parse_args()
    if unknown := set(arguments.setups) - set(MFLOP):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MFLOP)}")
    bench = [arguments.elbow, "bench", "--device", "cpu", "--json"]
    names = [*(name for name, _ in KINDS if name != "waiting"), "the rest", "waiting"]
    print("| set-up | a step | products at peak |", " | ".join(names), "|\n" + "|---" * (len(names) + 3) + "|")
    cores = min(2, len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as folder:
        for setup in arguments.setups or MFLOP:
            peak = json.loads(subprocess.run([*bench, "gemm-peak"], check=True, capture_output=True,
                                             text=True).stdout)["gflop_per_s"]
            command = [*bench, setup, "--seconds", str(arguments.seconds)]
            found, line = samples(command, arguments.seconds, pathlib.Path(folder))
            step = line.get("ms_per_step") or 1e3 / line["images_per_s"]
            images = step / 1e3 * line["images_per_s"]
            at_peak = MFLOP[setup] * images / peak
            shares = dict.fromkeys(names, 0.0)
            for (thread, symbol), share in found.items():
                shares[kind(thread, symbol)] += share / cores
            # Cores that no thread was on have waited too.
            shares["waiting"] += max(0.0, 1 - sum(shares.values()))
            cells = " | ".join(f"{100 * shares[name]:.0f} %" for name in names)
            print(f"| `{setup}` | {step:.3f} ms | {at_peak:.3f} ms, {at_peak / step:.0%} | {cells} |", flush=True)
            by_share = sorted(found.items(), key=lambda one: -one[1])[:arguments.functions]
            for (thread, symbol), share in by_share:
                print(f"    {100 * share / cores:5.1f} %  {kind(thread, symbol):<12} {thread}: {symbol[:140]}")


if __name__ == "__main__":
    main()
