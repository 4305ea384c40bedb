"""What lies in a drop: which names may be taken, and which are not looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from portal.values.texts import unseen

TAKEN: Final = "taken"  # the folder in a place into which files go that were taken
LONGEST_DROPPED: Final = 200  # bytes of a name, so that names with endings of ours fit any disk
ANSWERS: Final = (".result.json", ".errors.csv")  # endings of what is written beside files
UNFINISHED: Final = re.compile(
    r"\..*|~\$.*|thumbs\.db|desktop\.ini|.*\.(part|partial|filepart|tmp|temp|crdownload)|.*~", re.IGNORECASE | re.DOTALL
)
"""Names of what is not complete, and of what Excel and file managers keep beside people's files."""


@dataclass(frozen=True)
class Entry:
    """A file in a place. `version` is another one whenever its bytes may be; it is empty where it cannot be taken."""

    name: str
    version: str
    size: int


class Changed(Exception):  # noqa: N818  # an event, not a fault
    """The file is gone, or no longer the version that was looked at."""


class Occupied(Exception):  # noqa: N818  # an event, not a fault
    """An answer cannot be written under its name: a folder or somebody else's file has it, or the disk refuses it."""


def is_for_others(name: str) -> bool:
    """Say whether a name is left alone without a word: an answer, or a file that is none of theirs or not complete."""
    return name.endswith(ANSWERS) or UNFINISHED.fullmatch(name) is not None


def can_be_taken(name: str) -> bool:
    """Say whether answers can be written beside a file of this name, and people can be told of it."""
    try:
        is_short = len(name.encode()) <= LONGEST_DROPPED
    except UnicodeEncodeError:  # bytes that are not UTF-8
        return False
    return is_short and "\\" not in name and not unseen(name)
