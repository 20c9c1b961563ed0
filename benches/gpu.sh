#!/usr/bin/env bash
# Everything about speed that needs a GPU, in under 8 minutes, as one JSON file:
#
#     cargo build --release --locked && benches/gpu.sh gpu.json [PEERS]
#
# What the machine has; images a second, steps and kernel launches of the standard set-ups and of every preset; the
# bound after the same steps on GPU and CPU; and, where $PYTHON (python3) has a PyTorch that sees a GPU, each set-up of
# compare.py beside it there. PEERS is compare.py's. What there is no time for is left out, and named under "left_out".
# ELBOW names the binary, SECONDS_EACH the length of a measurement, MINUTES what all of it may take, DEVICE the device.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?usage: benches/gpu.sh OUT.json [PEERS]}
peers=${2:-}
elbow=${ELBOW:-target/release/elbow}
python=${PYTHON:-python3}
each=${SECONDS_EACH:-1}
limit=$(awk "BEGIN { print int(60 * ${MINUTES:-7}) }")
device=${DEVICE:-wgpu}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Run a command whose JSON lines go to a file, unless the time is up; at most a minute each.
try() {
    local file=$1 name=$2
    shift 2
    if [ "$SECONDS" -ge "$limit" ]; then
        printf '%s: no time left\n' "$name" >>"$scratch/left_out"
        return
    fi
    local status=0
    timeout 60 "$@" >>"$scratch/$file" 2>"$scratch/said" || status=$?
    case $status in
    0) ;;
    124) printf '%s: over a minute\n' "$name" >>"$scratch/left_out" ;;
    *) printf '%s: %s\n' "$name" "$(tail -n 1 "$scratch/said")" >>"$scratch/left_out" ;;
    esac
    printf '%4d s  %s\n' "$SECONDS" "$name" >&2
}

touch "$scratch"/{devices,throughput,left_out}
try devices "devices" "$elbow" devices --json
setups="mlp-128 burda-20 burda-100 burda-20-k50 conv-128 eval-5000 eval-adaptive eval-ais eval-gap"
presets=$("$elbow" presets --json | python3 -c 'import json, sys
for line in map(json.loads, sys.stdin):
    if line["kind"] == "experiment":
        print(line["name"])')
for setup in $setups; do
    try throughput "$setup" "$elbow" bench "$setup" --device "$device" --seconds "$each" --kernels --json
    try throughput "$setup on the CPU" "$elbow" bench "$setup" --device cpu --seconds "$each" --json
done

# The same steps on both: the bound of the last report.
for preset in mnist-mlp mnist-conv vamp-prior sigma-vae; do
    for where in "$device" cpu; do
        try trained "$preset trained on $where" "$elbow" train "$preset" --steps 100 --device "$where" \
            --out "$scratch/$preset-$where"
    done
done

if "$python" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    minutes=$(awk "BEGIN { print ($limit - $SECONDS) / 60 * 0.6 }")
    "$python" benches/compare.py "${peers:-none}" --rounds 1 --seconds "$each" --python "$python" --elbow "$elbow" \
        --device "$device" --peer-device cuda --peers "PyTorch eager" "torch.compile" \
        --minutes "$minutes" --out "$scratch/compared" >&2 || true
fi

for preset in $presets; do
    try throughput "$preset" "$elbow" bench "$preset" --device "$device" --seconds "$each" --kernels --json
done

python3 - "$scratch" "$out" "$SECONDS" <<'PYTHON'
import csv
import json
import pathlib
import sys

scratch, out, seconds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
lines = lambda name: (scratch / name).read_text().splitlines()
bounds = {}
for file in sorted(scratch.glob("*/metrics.csv")):
    rows = [row for row in csv.DictReader(file.open()) if row["split"] == "train"]
    bounds[file.parent.name] = float(rows[-1]["elbo"]) if rows else None
compared = scratch / "compared"
found = {
    "seconds": seconds,
    "devices": [json.loads(line) for line in lines("devices")],
    "throughput": [json.loads(line) for line in lines("throughput") if line.startswith("{")],
    "train_elbo_after_100_steps": bounds,
    "beside_pytorch_on_the_gpu": json.loads(compared.read_text()) if compared.exists() else None,
    "left_out": lines("left_out"),
}
pathlib.Path(out).write_text(json.dumps(found, indent=1) + "\n")
PYTHON
printf '%s: %d s\n' "$out" "$SECONDS"
