"""Joining texts to blocks of bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from portal.database.postgres_copy import BLOCK


def join_blocks(pieces: Iterable[str], encode: Callable[[str], bytes] = str.encode) -> Iterator[bytes]:
    """Yield the texts joined to blocks of about BLOCK bytes."""
    pending: list[str] = []
    size = 0
    for piece in pieces:
        pending.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield encode("".join(pending))
            pending, size = [], 0
    yield encode("".join(pending))
