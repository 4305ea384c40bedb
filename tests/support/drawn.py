"""Random URLs, and what a scanner reads of symbols and pictures."""

from __future__ import annotations

import os
import random
import string

import numpy as np
import numpy.typing as npt
import qrcode
import zxingcpp
from qrcode import constants, util

from workorders.rendering.qr_encoder import Level, Symbols, capacity
from workorders.rendering.readback import QR_CODES

URL_ALPHABET = string.ascii_letters + string.digits + "-._~:/?#[]@!$&'()*+,;=%"
"""Every character that a URL may have (RFC 3986, 2)."""

Pixels = npt.NDArray[np.uint8]


def random_url(length: int, seed: object) -> str:
    """A text of `length` characters of a URL."""
    return "".join(random.Random(str(seed)).choices(URL_ALPHABET, k=length))  # noqa: S311  # not for secrets


def lengths(version: int, level: Level, some: int) -> list[int]:
    """Lengths of URLs that fit: `some` of them, evenly spread, or all when the variable PROVE_ALL is set."""
    longest = capacity(version, level)
    count = longest if "PROVE_ALL" in os.environ else min(some, longest)
    return [int(length) for length in np.linspace(1, longest, count).round()]


def matrices(symbols: Symbols) -> npt.NDArray[np.uint8]:
    """The modules of symbols, 1 for dark."""
    columns = np.arange(63, 63 - symbols.shape[1], -1, dtype=np.uint64)
    return (symbols[:, :, None] >> columns & np.uint64(1)).astype(np.uint8)


def library_matrix(url: str, version: int, level: Level) -> npt.NDArray[np.uint8]:
    """The modules of the symbol that `qrcode` makes."""
    symbol = qrcode.QRCode(version=version, error_correction=getattr(constants, f"ERROR_CORRECT_{level}"))
    symbol.add_data(util.QRData(url, mode=util.MODE_8BIT_BYTE))
    symbol.make(fit=False)
    return np.array(symbol.modules, np.uint8)


def picture(matrix: npt.NDArray[np.uint8]) -> Pixels:
    """Three pixels a module, with a quiet zone."""
    return (255 * (1 - np.pad(matrix, 4))).repeat(3, axis=0).repeat(3, axis=1).astype(np.uint8)


def read(pixels: Pixels) -> list[str]:
    """The QR symbols that a scanner finds, sorted by their text."""
    return sorted(str(code.text) for code in zxingcpp.read_barcodes(pixels, formats=QR_CODES))


def read_pure(pixels: Pixels) -> str | None:
    """The only symbol of a picture that shows nothing else."""
    code = zxingcpp.read_barcode(pixels, is_pure=True)
    return str(code.text) if code else None
