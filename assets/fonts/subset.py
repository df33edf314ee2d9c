#!/usr/bin/env python3
"""Makes inter-tabular-*.otf from Debian's fonts-inter package (needs fonttools).

    apt-get download fonts-inter && dpkg -x fonts-inter_*.deb inter
    python3 subset.py inter/usr/share/fonts/opentype/inter .
"""
import sys

from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

KEPT = (
    "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x1E9E]))
    + "\u2007\u2008\u2009\u202f‐‑–—−‘’‚“”„‹›•…‰′″€™³√∞≈≠≤≥∆∑µμαβλπρσωΔΩ"
    + "←→↑↓↔↩↪↺↻⌘⇧⌥⌃⏎⌫⌦⎋⚠●○◆◇■□▲▼△▽►◄▶◀✓✗"
)
# Signs the family lacks, made from those it has: new, source, scale.
MADE = [("✕", "×", 1.18), ("↶", "↩", 1), ("↷", "↪", 1), ("▸", "►", 0.72), ("▾", "▼", 0.72)]


def tabular(font):
    """Maps the digits to the tabular ones of the `tnum` feature, all equally wide."""
    gsub, figures = font["GSUB"].table, {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    figures |= getattr(getattr(table, "ExtSubTable", table), "mapping", {})
    digits = [figures[font.getBestCmap()[ord(digit)]] for digit in "0123456789"]
    wide = max(font["hmtx"][glyph][0] for glyph in digits)
    for glyph in digits:
        font["hmtx"][glyph] = (wide, font["hmtx"][glyph][1])
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap |= {ord("0") + i: glyph for i, glyph in enumerate(digits)}


def make(font, sign, source, scale):
    """Adds `sign` as the outline of `source`, scaled about its centre."""
    glyphs, top = font.getGlyphSet(), font["CFF "].cff.topDictIndex[0]
    outline, bounds = glyphs[font.getBestCmap()[ord(source)]], BoundsPen(glyphs)
    outline.draw(bounds)
    left, bottom, right, upper = bounds.bounds
    width, middle = round(outline.width * scale), (bottom + upper) / 2
    shift = width / 2 - (left + right) / 2 * scale
    pen = T2CharStringPen(width - top.Private.nominalWidthX, glyphs)
    outline.draw(TransformPen(pen, (scale, 0, 0, scale, shift, middle * (1 - scale))))
    name = "uni%04X" % ord(sign)
    order = font.getGlyphOrder()
    if name not in order:
        order = [*order, name]
    top.CharStrings.charStringsIndex.append(pen.getCharString(top.Private, top.GlobalSubrs))
    top.CharStrings.charStrings[name] = len(top.CharStrings.charStringsIndex) - 1
    top.charset = order
    font.setGlyphOrder(order)
    font["hmtx"][name] = (width, round(left * scale + shift))
    font["maxp"].numGlyphs = len(order)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord(sign)] = name


def main(source, target):
    for style in ["Regular", "SemiBold"]:
        font = TTFont(f"{source}/Inter-{style}.otf", recalcTimestamp=False)
        tabular(font)
        options = subset.Options(
            layout_features=["kern", "mark", "mkmk", "ccmp", "locl"], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
            desubroutinize=True, notdef_outline=True,
        )
        cutter = subset.Subsetter(options)
        cutter.populate(text=KEPT)
        cutter.subset(font)
        for made in MADE:
            make(font, *made)
        names = {1: "Inter Tabular", 3: f"Inter Tabular {style}, subset", 4: f"Inter Tabular {style}", 6: f"InterTabular-{style}"}
        for record in font["name"].names:
            record.string = names.get(record.nameID, record.toUnicode())
        font["CFF "].cff.fontNames = [f"InterTabular-{style}"]
        font.save(f"{target}/inter-tabular-{style.lower()}.otf")


main(*sys.argv[1:])
