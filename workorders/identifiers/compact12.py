"""Compact-12 ids: 12 characters, any id as likely as any other, from the operating system's cryptographic generator.

The first character is a letter or a digit, since a spreadsheet takes what begins with a minus for a formula. An id is a
number: its last 11 digits are to the base of the alphabet, the first to that of the characters that may come first. The
characters stand in the order of their bytes, so that numbers sort as ids do. Ids are made in that order without ever
being together: first it is drawn, for each id, which two characters it begins with, and only counted; then, one group
of beginnings after the other, the rest is drawn and sorted. Beginnings and rest are independent, so this is the same
as drawing all ids whole and sorting them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

CHARACTERS = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
NEVER_FIRST = b"-_"
LOOKALIKES = b"0O1lI"
LENGTH, HEAD = 12, 2  # characters of an id, and those it begins with
AT_ONCE = 500_000  # numbers drawn at a time
MOST = 10_000_000  # ids made together, so that a place fits PLACE_BITS
PLACE_BITS = 24

Numbers = NDArray[np.uint64]


def uniform(limit: int, count: int) -> Numbers:
    """Draw `count` numbers below `limit`, at most 2 to the 64. Those too large are drawn again, so none is likelier."""
    mask = np.uint64((1 << (limit - 1).bit_length()) - 1)
    numbers = np.empty(count, np.uint64)
    filled = 0
    while filled < count:
        drawn = np.frombuffer(os.urandom(8 * min(count - filled, AT_ONCE)), np.uint64) & mask
        drawn = drawn[drawn <= limit - 1]
        numbers[filled : filled + len(drawn)] = drawn
        filled += len(drawn)
    return numbers


def shuffled(count: int) -> NDArray[np.uint32]:
    """The numbers from 1 to `count`, at most MOST, in random order."""
    keys = uniform(1 << (64 - PLACE_BITS), count)
    keys <<= np.uint64(PLACE_BITS)
    keys |= np.arange(count, dtype=np.uint32)
    keys.sort()
    keys &= np.uint64((1 << PLACE_BITS) - 1)
    return keys.astype(np.uint32) + np.uint32(1)


class Alphabet:
    """The characters that ids are made of, and what follows from how many they are."""

    def __init__(self, *, avoid_lookalikes: bool) -> None:
        kept = bytes(character for character in CHARACTERS if not avoid_lookalikes or character not in LOOKALIKES)
        first = bytes(character for character in kept if character not in NEVER_FIRST)
        self.characters, self.first = np.frombuffer(kept, np.uint8), np.frombuffer(first, np.uint8)
        self.base = len(kept)
        self.heads, self.tails = len(first) * self.base ** (HEAD - 1), self.base ** (LENGTH - HEAD)
        self.heads_together = 2**64 // self.tails  # which, with the tail, fit a number of 64 bits

    def draw(self, count: int) -> Iterator[Group]:
        """Yield `count` distinct ids in groups. The groups and the ids in each are in the order of the ids."""
        of_heads = np.zeros(self.heads, np.int64)
        for done in range(0, count, AT_ONCE):
            drawn = uniform(self.heads, min(count - done, AT_ONCE))
            of_heads += np.bincount(drawn.astype(np.int64), minlength=self.heads)
        for first in range(0, self.heads, self.heads_together):
            together = of_heads[first : first + self.heads_together]
            if together.any():
                yield Group(self, first, len(together), int(together.sum()))


class Group:
    """Distinct ids, sorted, whose beginnings are neighbours."""

    def __init__(self, alphabet: Alphabet, first_head: int, heads: int, count: int) -> None:
        self.alphabet, self.first_head, self.count = alphabet, first_head, count
        self.limit = heads * alphabet.tails
        self.numbers = np.empty(0, np.uint64)
        self._fill()

    def _fill(self) -> None:
        while missing := self.count - len(self.numbers):
            self.numbers = np.unique(np.concatenate([self.numbers, uniform(self.limit, missing)]))

    def replace(self, taken: NDArray[np.bool_]) -> None:
        """Draw others for the ids at which `taken` is true."""
        self.numbers = self.numbers[~taken]
        self._fill()

    def identifiers(self) -> NDArray[np.uint8]:
        """The ids as bytes, of shape (count, LENGTH)."""
        characters, base = self.alphabet.characters, self.alphabet.base
        text = np.empty((self.count, LENGTH), np.uint8)
        heads = self.numbers // self.alphabet.tails
        left = self.numbers - heads * self.alphabet.tails
        heads += np.uint64(self.first_head)
        for columns, rest in ((range(LENGTH - 1, HEAD - 1, -1), left), (range(HEAD - 1, 0, -1), heads)):
            for column in columns:
                shorter = rest // base
                text[:, column] = characters[rest - shorter * base]
                rest = shorter
        text[:, 0] = self.alphabet.first[rest]
        return text
