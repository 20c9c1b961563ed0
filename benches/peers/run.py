#!/usr/bin/env python3
"""Measure one set-up of a peer for so many seconds.

    python benches/peers/run.py FILE eager|compile|jit SETUP [SECONDS] [DEVICE]

FILE has a function `run(setup, mode, seconds)`, or in JAX `run(setup, seconds)`, that prints a JSON line. DEVICE is
PyTorch's (cpu).
"""
import importlib.util
import pathlib
import sys
import types


def main():
    file, mode, setup = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 6.0
    if mode != "jit":
        import torch

        torch.set_num_threads(2)
        if len(sys.argv) > 5 and sys.argv[5] != "cpu":
            torch.set_default_device(sys.argv[5])
        # Before 2.0 there is no compiler, and nothing to import for it.
        if not hasattr(torch, "compile"):
            sys.modules["torch._dynamo"] = torch._dynamo = types.ModuleType("torch._dynamo")
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location("peer", file)
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    peer.run(setup, *(() if mode == "jit" else (mode,)), seconds)


if __name__ == "__main__":
    main()
