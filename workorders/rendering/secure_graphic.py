"""The secure graphic: a pseudo-random pattern of single printer dots, one of each workorder, that a copy blurs.

- `LAYOUTS`: the four layouts by name; `layout.capacity` is the longest URL, `layout.longest_id(prefix)` the id
- `make_secret()`: a new workorder's secret, encrypted, to be stored as it is; `renew_secret(token)` encrypts it anew
- `make_specimen(layout, module)`: a `Graphic` that anybody may see
- `make_graphic(layout, token, workorder_id, dpi)`: the `Graphic` that `secure_images` draws with each code and
  `secure_verifier` looks for in a scan

Every code of a workorder carries the same pattern. `docs/secure-graphic.md` says what that protects against.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from portal.database.encryption import SecretLost, box
from workorders.rendering.qr_encoder import capacity
from workorders.rendering.qr_matrix import Bits, Level

DPIS: Final = range(600, 2401)
QUIET_ZONE: Final = 4  # modules, around the symbol and around a graphic beside it; ISO/IEC 18004, 5.3.8
MODULE_MM: Final = 0.5
_PURPOSE: Final = b"codeport secure graphic 1"


def dots_of_module(dpi: int) -> int:
    """Return the dots of a module's side at this resolution."""
    return round(dpi * MODULE_MM / 25.4)


@dataclass(frozen=True)
class GraphicLayout:
    """The place of the graphic. `side` and `coarse`, its lower rows that have cells of two dots, are in modules."""

    name: str
    version: int
    level: Level
    is_inside: bool
    side: int
    coarse: int

    @property
    def is_hybrid(self) -> bool:
        """Say whether a part of the graphic is coarse, for cameras and printers that lose single dots."""
        return self.coarse > 0

    @property
    def modules(self) -> int:
        """Modules along a side of the symbol."""
        return 17 + 4 * self.version

    @property
    def capacity(self) -> int:
        """The longest URL, in characters."""
        return capacity(self.version, self.level)

    def longest_id(self, prefix: str) -> int:
        """Return the length of the longest id behind a URL prefix, 0 or less when the prefix leaves no room."""
        return self.capacity - len(prefix)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture, in modules."""
        height = self.modules + 2 * QUIET_ZONE
        return height, height if self.is_inside else height + self.side + QUIET_ZONE

    @property
    def coarse_top(self) -> int:
        """The row of the first module of the coarse part in the picture."""
        return self.corner[0] + self.side - self.coarse

    def millimetres(self, dpi: int) -> tuple[float, float]:
        """Height and width of the picture as a printer of this resolution prints it."""
        height, width = (modules * dots_of_module(dpi) / dpi * 25.4 for modules in self.size)
        return height, width

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the graphic's upper left module in the picture."""
        top = QUIET_ZONE + (self.modules - self.side) // 2
        return top, top if self.is_inside else self.modules + 2 * QUIET_ZONE


LAYOUTS: Final = {
    layout.name: layout
    for layout in (
        GraphicLayout("inside", 4, "Q", is_inside=True, side=7, coarse=0),
        GraphicLayout("outside", 3, "L", is_inside=False, side=13, coarse=0),
        GraphicLayout("inside_hybrid", 4, "H", is_inside=True, side=9, coarse=4),
        GraphicLayout("outside_hybrid", 4, "L", is_inside=False, side=17, coarse=8),
    )
}


@dataclass(frozen=True)
class Graphic:
    """The graphic of one workorder at one resolution. A module is `module` dots; `dots` are (side, side), 1 is dark."""

    layout: GraphicLayout
    dpi: int
    module: int
    dots: Bits

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture of a code, in dots."""
        height, width = self.layout.size
        return height * self.module, width * self.module

    @cached_property
    def fine_rows(self) -> int:
        """The number of rows of dots, from the top, that have cells of one dot."""
        return (self.layout.side - self.layout.coarse) * self.module


def make_secret() -> bytes:
    """A new secret of 256 random bits, encrypted with the installation's SECRET_KEY."""
    return box(_PURPOSE).encrypt(secrets.token_bytes(32))


def renew_secret(token: bytes) -> bytes:
    """Encrypt a secret anew with the newest SECRET_KEY. SecretLost when no key opens it."""
    try:
        return box(_PURPOSE).rotate(token)
    except InvalidToken:
        raise _lost() from None


def make_graphic(layout: str, token: bytes, workorder_id: int, dpi: int) -> Graphic:
    """The graphic of a workorder. ValueError refuses layout or resolution; SecretLost when no key opens the token."""
    if layout not in LAYOUTS:
        raise ValueError(f"The layout {layout!r} does not exist: choose {', '.join(LAYOUTS)}.")
    if dpi not in DPIS:
        raise ValueError(f"{dpi} dots an inch are not offered: choose {DPIS[0]} to {DPIS[-1]}, the printer's own.")
    try:
        secret = box(_PURPOSE).decrypt(token)
    except InvalidToken:
        raise _lost() from None
    return _graphic(layout, secret, workorder_id, dpi)


def make_specimen(layout: str, module: int) -> Graphic:
    """A graphic that belongs to no workorder: it shows where the real one stands, `module` dots a module."""
    return _graphic(layout, b"specimen", 0, round(module * 25.4 / MODULE_MM))


def _graphic(layout: str, secret: bytes, workorder_id: int, dpi: int) -> Graphic:
    of = LAYOUTS[layout]
    module = dots_of_module(dpi)
    width, coarse = of.side * module, of.coarse * module
    fine = _bits(secret, workorder_id, b"fine", (width - coarse, width))
    cells = _bits(secret, workorder_id, b"coarse", (-(-coarse // 2), -(-width // 2)))
    lower = cells.repeat(2, axis=0).repeat(2, axis=1)[:coarse, :width]
    return Graphic(of, dpi, module, np.concatenate([fine, lower]))


def _bits(secret: bytes, workorder_id: int, layer: bytes, shape: tuple[int, int]) -> Bits:
    """Key stream of AES-256 in counter mode; its key, HMAC-SHA-256 of the layer's name, is used for nothing else."""
    key = hmac.digest(secret, b"%b/%d/%b" % (_PURPOSE, workorder_id, layer), "sha256")
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    count = shape[0] * shape[1]
    return np.unpackbits(np.frombuffer(stream.update(bytes(-(-count // 8))), np.uint8), count=count).reshape(shape)


def _lost() -> SecretLost:
    return SecretLost(
        "The secret of this workorder's graphic opens with none of the known keys: "
        "put the SECRET_KEY it was made under into SECRET_KEY_FALLBACKS."
    )
