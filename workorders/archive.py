"""What a printer downloads: zip archives of a workorder, built once, published whole, the same bytes each time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.db import connection, transaction

from portal.copying import BLOCK
from portal.storage import storage
from workorders import qr
from workorders.models import Code, Workorder

Kind = Literal["archive", "serial-numbers"]
HEADER = b"extended_id,serial_number,sequence,batch,url"


class NoCodes(Exception):  # noqa: N818  # an event, not a fault
    """The workorder's codes are still being minted, or never will be."""


def archive_name(workorder: Workorder, kind: Kind) -> str:
    """Where the workorder's archive of that kind is stored."""
    return f"workorders/{workorder.company_id}/{workorder.pk}/{kind}.zip"


def published(workorder: Workorder, kind: Kind) -> str:
    """The storage name of the finished archive, which is built first where it is missing; NoCodes when it cannot be.

    Whoever asks while another builds it waits for that one.
    """
    name = archive_name(workorder, kind)
    if not storage().exists(name):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            if not storage().exists(name):
                if workorder.minting:
                    raise NoCodes
                _publish(workorder, kind, name)
    return name


def _publish(workorder: Workorder, kind: Kind, name: str) -> None:
    draft: Path = settings.SPOOL_DIR / f"workorder-{workorder.pk}-{kind}.zip"  # only one at a time builds it
    try:
        with draft.open("wb") as out:
            _Archive(workorder, out).write(kind)
        storage().adopt(draft, name)
    finally:
        draft.unlink(missing_ok=True)


class _Archive:
    """One zip being written; every member's SHA-256 is kept for the manifest."""

    def __init__(self, workorder: Workorder, out: IO[bytes]) -> None:
        self.workorder = workorder
        self.zip = ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1)
        self.digests: dict[str, str] = {}

    def write(self, kind: Kind) -> None:
        """Write all members, the manifest last."""
        with self.zip:
            self._member("codes.csv", _code_lines(self.workorder))
            first = Code.objects.filter(workorder=self.workorder, sequence=1).first()
            if first is not None:
                url = self.workorder.url_prefix + first.identifier
                self._member("sample_qr.png", [qr.png(url)])
                self._member("sample_qr.svg", [qr.svg(url)])
            if kind == "archive":
                self._member("manifest.json", [json.dumps(self._manifest(), indent=2).encode() + b"\n"])

    def _member(self, name: str, blocks: Iterable[bytes]) -> None:
        info = ZipInfo(name, self.workorder.created_at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        digest = hashlib.sha256()
        with self.zip.open(info, "w", force_zip64=name == "codes.csv") as member:
            for block in blocks:
                digest.update(block)
                member.write(block)
        self.digests[name] = digest.hexdigest()

    def _manifest(self) -> dict[str, object]:
        return {
            "type": self.workorder.type,
            "reference": self.workorder.reference,
            "quantity": self.workorder.quantity,
            "url_prefix": self.workorder.url_prefix,
            "use_serial_number": self.workorder.use_serial_number,
            "members": [{"name": name, "sha256": digest} for name, digest in self.digests.items()],
        }


def _code_lines(workorder: Workorder) -> Iterator[bytes]:
    """`codes.csv` in blocks, in the order of the codes' source."""
    query = """
        COPY (
            SELECT identifier, CASE WHEN %s THEN lpad(sequence::text, 10, '0') END, sequence, (sequence - 1) / %s + 1,
                   %s || identifier
            FROM workorders_code WHERE workorder_id = %s ORDER BY sequence
        ) TO STDOUT (FORMAT csv)"""
    values = [workorder.use_serial_number, Code.BATCH, workorder.url_prefix, workorder.pk]
    pending = bytearray(HEADER + b"\n")
    with connection.cursor() as cursor, cursor.cursor.copy(query, values) as copy:
        for line in copy:
            pending += line
            if len(pending) >= BLOCK:
                yield bytes(pending)
                pending.clear()
    yield bytes(pending)
