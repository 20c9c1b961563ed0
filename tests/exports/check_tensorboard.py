"""Reads a folder of event files with TensorBoard's own reader, and compares the scalars with metrics.csv."""

import csv
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "histograms": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    rows = list(csv.DictReader(open(sys.argv[2])))
    for split in ("train", "validation"):
        # The part of the validation split that is measured between epochs has a tag of its own.
        found = accumulator.Scalars(f"elbo/{split}")
        if split == "validation" and "elbo/validation part" in tags["scalars"]:
            found = found + accumulator.Scalars("elbo/validation part")
        expected = sorted((int(row["step"]), float(row["elbo"])) for row in rows if row["split"] == split)
        got = sorted((event.step, event.value) for event in found)
        assert len(got) == len(expected), (split, len(got), len(expected))
        for (step, elbo), (other_step, other) in zip(expected, got):
            assert step == other_step and abs(elbo - other) <= 1e-5 * abs(elbo), (step, elbo, other)
    assert set(tags["images"]) == {"samples", "reconstructions"}, tags["images"]
    for tag in tags["images"]:
        picture = accumulator.Images(tag)[-1]
        assert picture.encoded_image_string.startswith(b"\x89PNG") and picture.width > 100, tag
    for tag in tags["histograms"]:
        histogram = accumulator.Histograms(tag)[-1].histogram_value
        assert sum(histogram.bucket) == histogram.num == 2, histogram
    assert tags["histograms"], tags
    print(f"{len(rows)} reports, {len(tags['images'])} pictures: events agree")


main()
