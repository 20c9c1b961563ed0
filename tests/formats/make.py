"""Makes the files in `good`, each by its format's own reference library. They are committed; run this again to add one:

    pip install numpy h5py pyarrow Pillow && python tests/formats/make.py

Every image is the same function of its number, so that the tests know what must be read.
"""

import datetime
import decimal
import io
import json
import os

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
from PIL import Image

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "good")
N, C, H, W = 6, 3, 4, 5


def stack(count=N, channels=C):
    """`count × channels × H × W` bytes; `tests/formats/main.rs` has the same formula."""
    n, c, h, w = np.meshgrid(*(np.arange(k) for k in (count, channels, H, W)), indexing="ij")
    return ((n * 41 + c * 97 + h * 13 + w * 7) % 256).astype(np.uint8)


def at(name):
    return os.path.join(HERE, name)


def arrays():
    grey, rgb = stack(channels=1)[:, 0], stack()
    labels = np.arange(N)
    np.save(at("grey.npy"), grey)
    np.save(at("grey-fortran.npy"), np.asfortranarray(grey))
    np.save(at("labels.npy"), labels)
    np.save(at("rgb-last.npy"), np.ascontiguousarray(rgb.transpose(0, 2, 3, 1)))
    np.save(at("rgb-last-fortran.npy"), np.asfortranarray(rgb.transpose(0, 2, 3, 1)))
    np.save(at("rgb-first.npy"), rgb)
    np.save(at("rgb-matlab.npy"), rgb.transpose(2, 3, 1, 0))
    np.save(at("rows.npy"), grey.reshape(N, H * W))
    for kind in ("<i2", ">i4", "<i8", ">u2", "<u4", "<f4", ">f8", "<f2"):
        np.save(at("grey-%s.npy" % kind.replace("<", "le-").replace(">", "be-")), grey.astype(kind))
    np.save(at("grey-unit.npy"), grey.astype(np.float64) / 255)
    np.save(at("bool.npy"), grey > 127)
    # Structured elements, objects and complex numbers, which are refused.
    np.save(at("bad-records.npy"), np.zeros(N, dtype=[("a", "i4"), ("b", "f8")]))
    np.save(at("bad-objects.npy"), np.array([{"a": 1}] * N, dtype=object), allow_pickle=True)
    np.save(at("bad-complex.npy"), grey.astype(np.complex64))
    np.save(at("missing.npy"), np.where(grey > 200, np.nan, grey.astype(np.float32)))
    np.save(at("bad-infinite.npy"), np.where(grey > 200, np.inf, grey.astype(np.float32)))
    np.save(at("real.npy"), (np.arange(N)[:, None] - 2.5) * np.array([1, 10, -3, 0.5]))
    names = np.array(["cat", "dog", "émeu", "cat", "dog", "émeu"])
    test = stack(N + 2, 1)[N:, 0]
    both = dict(x_train=grey, y_train=names, x_test=test, y_test=np.array(["dog", "cat"]))
    np.savez(at("named.npz"), **both)
    np.savez_compressed(at("named-deflated.npz"), **both)
    np.savez(at("bytes.npz"), x=grey, y=np.array([b"b", b"a", b"c", b"a", b"b", b"c"]))
    np.savez(at("one-hot.npz"), x=grey, y=np.eye(N, dtype=np.float32)[::-1])
    # Masks: as bits of what is known, as NumPy's masked arrays have what is missing, one for all colours. What they
    # hide is far from the other values.
    known = grey % 3 != 0
    wild = np.where(known, grey, -999).astype(np.float32)
    test_known = test % 3 != 0
    np.savez(
        at("masked.npz"),
        images=grey,
        known=known,
        missing=np.asfortranarray(~known).astype(np.uint8),
        wild=wild,
        wild_first=rgb.astype(np.float64),
        shared=known,
        each=(rgb % 3 != 0).astype(np.float32),
        strange=grey,
        small=known[:, :2],
        y=labels,
        x_test=test,
        test_known=test_known,
    )
    np.savez(at("mask-named.npz"), images=grey, mask=known, y=labels)
    np.save(at("known.npy"), known)
    # As dSprites has them: images of 0 and 1, factors as classes and as values, metadata as a Python object.
    classes = np.array([[0, k % 3, k // 3, k % 2] for k in range(N)], dtype=np.int64)
    values = np.stack([np.ones(N), classes[:, 1] + 1.0, 0.5 + classes[:, 2] / 2, 1.0 - classes[:, 3]], axis=1)
    np.savez(
        at("test-factors.npz"),
        x_train=grey,
        x_test=test,
        factors=np.array([[k % 3, k // 3] for k in range(N)]),
        test_factors=np.array([[1, 0], [2, 5]]),
    )
    np.savez_compressed(
        at("factors.npz"),
        metadata=np.array({"title": "factors"}, dtype=object),
        imgs=grey // 16 % 2,
        latents_classes=classes,
        latents_values=np.asfortranarray(values),
    )


def hdf5():
    grey, rgb = stack(channels=1)[:, 0], stack()
    with h5py.File(at("several.h5"), "w") as file:
        file["images"] = grey.astype(">i4")
        file.create_dataset("group/rgb", data=rgb.transpose(0, 2, 3, 1), chunks=(2, 4, 5, 3), compression="gzip")
        file.create_dataset("group/shuffled", data=rgb, chunks=(4, 3, 2, 5), compression="gzip", shuffle=True)
        file["floats"] = grey.astype(np.float64) / 255
        file["labels"] = np.arange(N)
        file["names"] = ["cat", "dog", "émeu", "cat", "dog", "émeu"]
        file["fixed"] = np.array([b"b", b"a", b"c", b"a", b"b", b"c"])
        file["flags"] = grey > 127
        file.create_dataset("group/known", data=grey % 3 != 0, chunks=(2, 4, 5), compression="gzip")
    with h5py.File(at("new.h5"), "w", libver=("earliest", "v110")) as file:
        file.create_dataset("images", data=grey, chunks=(2, 4, 5), compression="gzip", fletcher32=True)
        file["labels"] = np.arange(N, dtype=np.uint8)
    # As 3D Shapes has them: factors are called labels.
    with h5py.File(at("shapes.h5"), "w") as file:
        file["images"] = rgb.transpose(0, 2, 3, 1)
        file["labels"] = np.array([[0.5, k % 3, 0.75 + k // 3 / 4] for k in range(N)])
    # As MATLAB writes `save -v7.3`: 512 bytes of its own, the axes from the last to the first, a class of its own.
    with h5py.File(at("matlab.mat"), "w", userblock_size=512) as file:
        file["X"] = rgb.transpose(0, 1, 3, 2)
        file["X"].attrs["MATLAB_class"] = np.bytes_("uint8")
        file["y"] = np.arange(N, dtype=np.float64).reshape(1, N)
        file["y"].attrs["MATLAB_class"] = np.bytes_("double")
    with open(at("matlab.mat"), "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\x00\x02IM")


def pictures():
    folder = at("pictures")
    os.makedirs(folder, exist_ok=True)
    # Two different pictures of each kind, so that one may be held out for the test.
    for n in range(2):
        grey, rgb = stack(channels=1)[n, 0], stack()[n].transpose(1, 2, 0)
        colour, pale = Image.fromarray(rgb), Image.fromarray(grey)
        transparent = Image.fromarray(np.dstack([rgb, np.where(grey > 127, 255, 0).astype(np.uint8)]))
        deep = Image.fromarray(grey.astype(np.uint16) * 257)
        for name, picture, options in [
            ("rgb.png", colour, {}),
            ("palette.png", colour.quantize(64), {}),
            ("grey.png", pale, {}),
            ("grey16.png", deep, {}),
            ("alpha.png", transparent, {}),
            ("bits.png", Image.fromarray(grey > 127), {}),
            ("rgb.tiff", colour, {}),
            ("rgb-lzw.tif", colour, dict(compression="tiff_lzw")),
            ("rgb-deflate.tif", colour, dict(compression="tiff_adobe_deflate")),
            ("grey.tif", pale, {}),
            ("grey16.tif", deep, {}),
            ("cmyk.tif", colour.convert("CMYK"), {}),
            ("rgb.webp", colour, dict(lossless=True)),
            ("alpha.webp", transparent, dict(lossless=True, exact=True)),
            ("rgb.bmp", colour, {}),
            ("palette.bmp", pale, {}),
            ("grey.gif", pale, {}),
            ("moving.gif", pale, dict(save_all=True, append_images=[Image.fromarray(255 - grey)])),
        ]:
            stem, ending = name.rsplit(".", 1)
            picture.save(os.path.join(folder, "%s-%d.%s" % (stem, n, ending)), **options)
        turned = colour.getexif()
        turned[0x0112] = 6  # Held so that it must be turned a quarter to the right.
        picture = Image.fromarray(np.rot90(rgb))
        picture.save(os.path.join(folder, "turned-%d.jpg" % n), exif=turned, quality=100, subsampling=0)


def parquet():
    folder = at("parquet/data")
    os.makedirs(folder, exist_ok=True)

    def png(image):
        file = io.BytesIO()
        Image.fromarray(image.transpose(1, 2, 0)).save(file, "PNG")
        return file.getvalue()

    rgb = stack(N + 2)
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    names = ["cat", "dog", "émeu"]
    features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}

    def write(name, rows, **options):
        columns = {
            "image": pa.array([{"bytes": png(rgb[n]), "path": "%d.png" % n} for n in rows], image),
            "label": pa.array([n % 3 for n in rows], pa.int64()),
            "name": pa.array([names[n % 3] for n in rows]),
            "scale": pa.array([0.5 + n // 3 / 4 for n in rows], pa.float32()),
            "gaps": pa.array([None if n == 1 else n for n in rows], pa.int32()),
        }
        pq.write_table(pa.table(columns).replace_schema_metadata(metadata), at(name), **options)

    write("parquet/data/train-00000-of-00002.parquet", range(4), row_group_size=3, compression="snappy")
    write("parquet/data/train-00001-of-00002.parquet", range(4, N), compression="zstd")
    write("parquet/data/test-00000-of-00001.parquet", range(N, N + 2), compression="gzip")
    write("plain.parquet", range(N), compression="none", use_dictionary=False, data_page_version="2.0")
    broken = [{"bytes": b"no picture", "path": None}, None] + [{"bytes": png(rgb[n]), "path": None} for n in range(4)]
    pq.write_table(pa.table({"picture": pa.array(broken, image)}), at("broken.parquet"))
    pq.write_table(pa.table({"x": pa.array([1.0, 2.0])}), at("numbers.parquet"))
    rows()


def rows():
    """A table in two groups of rows, and the same as CSV, by pyarrow both."""
    n = 20
    count = [None if k == 3 else k * 1000 - 5 for k in range(n)]
    price = [decimal.Decimal("-1.25") * k for k in range(n)]
    day = [datetime.date(1970, 1, 1) + datetime.timedelta(days=k * 100) for k in range(n)]
    columns = {
        "real": pa.array([np.nan if k == 7 else (k - 9.5) / 3 for k in range(n)], pa.float64()),
        "single": pa.array([0.1 * k for k in range(n)], pa.float32()),
        "count": pa.array(count, pa.int64()),
        "byte": pa.array([200 + k for k in range(n)], pa.uint8()),
        "large": pa.array([2**63 + 2**40 * k for k in range(n)], pa.uint64()),
        "kind": pa.array([None if k == 5 else ["a", "b, c", "émeu"][k % 3] for k in range(n)]).dictionary_encode(),
        "site": pa.array(["north" if k % 2 else "south" for k in range(n)]),
        "flag": pa.array([k % 4 == 0 for k in range(n)]),
        "price": pa.array(price, pa.decimal128(9, 2)),
        "day": pa.array(day),
        "instant": pa.array([datetime.datetime(1970, 1, 1, 6) + datetime.timedelta(days=k) for k in range(n)]),
        "list": pa.array([[k, k] for k in range(n)]),
    }
    table = pa.table(columns)
    pq.write_table(table, at("rows.parquet"), row_group_size=13)
    pq.write_table(table, at("rows-v2.parquet"), compression="zstd", data_page_version="2.0", version="2.6")
    pq.write_table(table, at("rows-lz4.parquet"), compression="lz4")
    pq.write_table(pa.table({"x": ["1", "2", None, "four"]}), at("words.parquet"))
    # CSV has no types: the same numbers by which Parquet's are read.
    columns["flag"] = pa.array([int(k % 4 == 0) for k in range(n)])
    columns["price"] = pa.array([float(value) for value in price])
    columns["day"] = pa.array([k * 100 for k in range(n)])
    columns["instant"] = pa.array([k + 0.25 for k in range(n)])
    columns["kind"] = columns["kind"].dictionary_decode()
    columns["real"] = pa.array([None if k == 7 else (k - 9.5) / 3 for k in range(n)], pa.float64())
    del columns["list"]
    csv.write_csv(pa.table(columns), at("rows.csv"))


if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    arrays()
    hdf5()
    pictures()
    parquet()
