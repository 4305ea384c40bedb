"""The zip of a workorder while it is being written."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection

from portal.database.postgres_copy import BLOCK, ticking
from portal.values.words import gettext_lazy, number
from workorders.codes import picture
from workorders.codes.lookup import first_codes
from workorders.models import Code, Workorder
from workorders.rendering import qr_single
from workorders.rendering.readback import Pixels, Sample, check_samples, read_symbols
from workorders.rendering.secure_graphic import LAYOUTS
from workorders.rendering.zip_writer import Packed, ZipWriter

HEADER = b"extended_id,serial_number,sequence,batch,url"
README = gettext_lazy(
    """\
{reference}

{quantity} codes. Each QR code says one URL, beginning with {prefix}

codes.csv      every code: its id, serial number where one was ordered, place in the order, batch of at most
               {batch} codes, and the URL that its QR code says. UTF-8, fields separated by commas.
sample_qr.png  the QR code of the first code, and the same as sample_qr.svg. Scan it before you print.
manifest.json  what this archive holds, with the SHA-256 of every file.
{images}
When you print:
- Leave {quiet_zone} modules of white or more around every QR code (ISO/IEC 18004, 5.3.8); a module is its smallest
  square.
- Scale QR codes evenly, to modules of at least 0.25 mm, without smoothing their edges.
- Print dark on light, and scan samples of every run with an ordinary phone.
- Print each code once. Ids are never used again.
"""
)


def secure_facts(workorder: Workorder) -> dict[str, object]:
    """Return what the manifest of a workorder of secure codes has besides; nothing for any other."""
    if not workorder.layout:
        return {}
    layout = LAYOUTS[workorder.layout]
    return {
        "ordered_quantity": workorder.quantity,
        "layout": layout.name,
        "qr_version": layout.version,
        "qr_level": layout.level,
    }


class Archive:
    """A workorder's zip being written to `draft`. It keeps each member's SHA-256 on disk for the manifest."""

    def __init__(self, workorder: Workorder, draft: Path) -> None:
        self.workorder, self.draft = workorder, draft
        self._out = draft.open("wb")
        self._zip = ZipWriter(self._out, workorder.created_at, settings.SPOOL_DIR)
        self._digests = TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  # closed with the context
        self._samples: list[Sample] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._out, self._digests:
            self._zip.__exit__(kind, error, trace)

    def add_codes(self, tick: Callable[[int], None]) -> None:
        """Add `codes.csv`."""
        with closing(_code_lines(self.workorder)) as lines:  # a COPY left open would hold up the rollback for ever
            self.add_stream("codes.csv", ticking(lines, tick))

    def add_samples(self) -> None:
        """Add the QR symbol of the first code as PNG and SVG, as anybody may see it."""
        first = first_codes(self.workorder).first()
        if first is not None:
            url = self.workorder.url_prefix + first.identifier
            images = [picture.render_png(self.workorder, url), picture.render_svg(self.workorder, url)]
            self.add(["sample_qr.png", "sample_qr.svg"], images, samples={0: url})

    def add_readme(self, images: str = "") -> None:
        """Add README.txt with what a printer should know. `images` describes the images."""
        text = README.format(
            reference=self.workorder.reference,
            quantity=number(self.workorder.codes_count),
            prefix=self.workorder.url_prefix,
            batch=number(Code.BATCH),
            images=images,
            quiet_zone=qr_single.QUIET_ZONE,
        )
        self.add(["README.txt"], [text.encode()])

    def add(
        self,
        names: Sequence[str],
        contents: Sequence[bytes],
        *,
        digests: Iterable[str] | None = None,
        samples: Mapping[int, str] | None = None,
    ) -> None:
        """Add members as they are. Their SHA-256 comes from `digests` where it is known.

        `samples` has the URLs of those among them, by their place, that `check_samples` reads back.
        """
        begins = self._zip.add_stored(names, contents)
        self._note(names, digests or (sha256(content).hexdigest() for content in contents))
        for at, url in (samples or {}).items():
            self._samples.append(Sample(names[at], begins[at], len(contents[at]), url))

    def add_packed(self, names: Sequence[str], contents: Sequence[Packed], samples: Mapping[int, str]) -> None:
        """Add members that are compressed already, with `samples` as for `add`."""
        begins = self._zip.add_packed(names, contents)
        self._note(names, [content.digest for content in contents])
        for at, url in samples.items():
            self._samples.append(Sample(names[at], begins[at], len(contents[at].stream), url, is_deflated=True))

    def add_stream(self, name: str, blocks: Iterable[bytes]) -> None:
        """Add a member of any size, and compress it."""
        self._note([name], [self._zip.add_deflated(name, blocks)])

    def add_manifest(self, more: dict[str, object]) -> None:
        """Add `manifest.json` with the workorder, `more`, and the members so far. It comes last."""
        facts = {
            "type": self.workorder.type,
            "reference": self.workorder.reference,
            "quantity": self.workorder.codes_count,
            "url_prefix": self.workorder.url_prefix,
            "use_serial_number": self.workorder.use_serial_number,
            **more,
        }
        head = json.dumps(facts, indent=2).removesuffix("\n}") + ',\n  "members": [\n'
        self._zip.add_deflated("manifest.json", self._manifest(head.encode()))

    def check_samples(self, read: Callable[[Pixels], list[str]] = read_symbols) -> None:
        """Raise Misread when a sample of the images does not say the right URL. Call it when the zip is complete."""
        check_samples(self.draft, self._samples, read)

    def _note(self, names: Iterable[str], digests: Iterable[str]) -> None:
        members = [f'    {{"name": {json.dumps(n)}, "sha256": "{d}"}}' for n, d in zip(names, digests, strict=True)]
        begin = ",\n" if self._digests.tell() else ""
        self._digests.write((begin + ",\n".join(members)).encode())

    def _manifest(self, head: bytes) -> Iterator[bytes]:
        yield head
        self._digests.seek(0)
        while block := self._digests.read(BLOCK):
            yield block
        yield b"\n  ]\n}\n"


def _code_lines(workorder: Workorder) -> Generator[bytes]:
    """`codes.csv` in blocks, in the order of the codes' source."""
    query = """
        COPY (
            SELECT identifier, CASE WHEN %s THEN lpad(sequence::text, 10, '0') END, sequence, (sequence - 1) / %s + 1,
                   %s || identifier
            FROM workorders_code
            WHERE workorder_id = %s AND sequence <= %s ORDER BY sequence
        ) TO STDOUT (FORMAT csv)"""
    shown = [workorder.use_serial_number, Code.BATCH, workorder.url_prefix]
    values = [*shown, workorder.pk, workorder.codes_count]
    pending = bytearray(HEADER + b"\n")
    with connection.cursor() as cursor, cursor.cursor.copy(query, values) as copy:
        for line in copy:
            pending += line
            if len(pending) >= BLOCK:
                yield bytes(pending)
                pending.clear()
    yield bytes(pending)
