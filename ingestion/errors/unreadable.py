"""The error for a file that cannot be read as a whole."""

from __future__ import annotations


class UnreadableFile(Exception):  # noqa: N818  # says what the file is
    """The file as a whole cannot be read. The message says why and how to mend it.

    `offer` holds the options with which the upload may be right, by their names; the page offers them.
    """

    def __init__(self, message: str, **offer: str | int) -> None:
        super().__init__(message)
        self.offer = offer
