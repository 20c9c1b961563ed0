"""Write the reduced Inter: `python subset.py Inter-Regular.otf OUT.otf` (needs fontTools)."""

import sys

from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

RANGES = [
    (0x20, 0x7E),  # Latin
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x391, 0x3C9),  # Greek
    (0x3D1, 0x3F5),  # ϑ ϕ ϵ
    (0x2000, 0x2064),  # spaces, dashes, quotes, ‖, …
    (0x2070, 0x209C),  # super- and subscripts
    (0x20AC, 0x2122),
    (0x2190, 0x21BB),  # arrows
    (0x2202, 0x2265),  # operators
    (0x25A0, 0x25CF),  # shapes
    (0x2605, 0x2717),
]


def spread_double_bar(font):
    """Draw ‖ with a gap of two pixels at 13 points; the font's own is one pixel or less, and fills up."""
    name = font.getBestCmap()[0x2016]
    bar, gap, side = 220, 430, 250
    pen = T2CharStringPen(2 * (side + bar) + gap, font.getGlyphSet())
    for left in (side, side + bar + gap):
        corners = [(left, -660), (left + bar, -660), (left + bar, 2708), (left, 2708)]
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    charstrings = font["CFF "].cff.topDictIndex[0].CharStrings
    old = charstrings[name]
    charstrings[name] = pen.getCharString(old.private, old.globalSubrs)
    font["hmtx"][name] = (2 * (side + bar) + gap, side)


font = TTFont(sys.argv[1])
table = font["GSUB"].table
tabular = {}
for record in table.FeatureList.FeatureRecord:
    if record.FeatureTag == "tnum":
        for index in record.Feature.LookupListIndex:
            for lookup in table.LookupList.Lookup[index].SubTable:
                tabular.update(getattr(lookup, "ExtSubTable", lookup).mapping)

for encoding in font["cmap"].tables:
    for digit in range(0x30, 0x3A):
        if digit in encoding.cmap:
            encoding.cmap[digit] = tabular.get(encoding.cmap[digit], encoding.cmap[digit])

options = subset.Options()
options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
options.notdef_outline = True
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
subsetter.subset(font)
spread_double_bar(font)
font.save(sys.argv[2])
