"""The font of ids on labels of a PDF, which carries it: printing houses refuse files that leave fonts to the reader.

It is DejaVu Sans Mono with the printable characters of ASCII alone, drawn as wide as Courier, by which labels are laid
out. Sections are those of ISO 32000-1.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Final

from workorders.rendering.label_sheet import ADVANCE

OBJECTS: Final = 3
NARROWED: Final = b"%.4f" % (ADVANCE / (1233 / 2048))  # horizontally
_FILE = Path(__file__).parent / "fonts" / "DejaVuSansMono-ASCII.ttf"
_NAME = b"CDPORT+DejaVuSansMono"


def font_entry(first: int) -> bytes:
    """Return the font's entry in a dictionary of resources, if its objects are numbered from `first` on."""
    return b"/F %d 0 R" % first


def font_objects(first: int) -> list[bytes]:
    """The objects of the font, numbered from `first` on: font, descriptor and file (9.6.3, 9.8 and 9.9)."""
    widths = b" ".join([b"602"] * (0x7E - 0x20 + 1))
    font = (
        b"<</Type/Font/Subtype/TrueType/BaseFont/%b/FirstChar 32/LastChar 126/Widths[%b]/Encoding/WinAnsiEncoding"
        b"/FontDescriptor %d 0 R>>" % (_NAME, widths, first + 1)
    )
    descriptor = (
        b"<</Type/FontDescriptor/FontName/%b/Flags 33/FontBBox[-559 -375 718 1028]/ItalicAngle 0/Ascent 928"
        b"/Descent -236/CapHeight 729/StemV 80/FontFile2 %d 0 R>>" % (_NAME, first + 2)
    )
    return [font, descriptor, _file()]


@cache
def _file() -> bytes:
    content = _FILE.read_bytes()
    packed = zlib.compress(content)
    entries = b"/Length %d/Length1 %d/Filter/FlateDecode" % (len(packed), len(content))
    return b"<<%b>>\nstream\n%b\nendstream" % (entries, packed)
