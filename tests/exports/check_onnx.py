"""Runs every exported encoder and decoder of a folder, and compares the outputs with Elbow's own numbers."""

import pathlib
import sys

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-4


def run(path, **inputs):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def far(found, expected):
    """The largest difference, for large numbers as a share of them: these are rounded."""
    return float((numpy.abs(found - expected) / numpy.maximum(numpy.abs(expected), 1)).max())


def main():
    folders = sorted(pathlib.Path(sys.argv[1]).iterdir())
    worst, wrong = 0.0, 0
    for folder in folders:
        name, reference = (folder / "name").read_text(), load_file(folder / "reference.safetensors")
        encoder = run(folder / "encoder.onnx", x=reference["x"])
        decoder = run(folder / "decoder.onnx", z=reference["z"])
        one = run(folder / "encoder.onnx", x=reference["x"][:1])
        parts = numpy.concatenate([value for key, value in encoder.items() if key != "encoded"], 1)
        pairs = {
            "encoded": (encoder["encoded"], reference["encoded"]),
            "one image": (one["encoded"], reference["encoded"][:1]),
            "parts": (parts, reference["encoded"]),
            "decoded": (decoder["decoded"], reference["decoded"]),
            "mean": (decoder["mean"], reference["means"]),
        }
        errors = {key: far(*pair) for key, pair in pairs.items()}
        worst = max(worst, *errors.values())
        if not max(errors.values()) < TOLERANCE:
            wrong += 1
            print(f"WRONG {name}: {errors}")
    version = onnxruntime.__version__
    print(f"ONNX Runtime {version}: largest difference {worst:.1e}; {len(folders) - wrong} models agree")
    sys.exit(wrong > 0)


main()
