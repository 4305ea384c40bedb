"""Bodies of calls: JSON of bounded depth and size, whose texts can be stored."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from math import isinf
from typing import IO, TYPE_CHECKING, Any

from rest_framework import exceptions
from rest_framework.parsers import JSONParser, get_encoding  # type: ignore[attr-defined]  # stubs
from rest_framework.utils import json

from portal.api.responses import TooLarge

if TYPE_CHECKING:  # the framework's views load this module to find their defaults
    pass

DEEPEST = 100  # levels of lists and objects in a body
MOST_SIGNS = 500_000  # commas and opening brackets of a body, than which it holds no more values
TOO_DEEP = "nested too deeply."
SURROGATE = re.compile("[\ud800-\udfff]")


class TextJSONParser(JSONParser):
    """JSON of bounded depth and number of values, without characters that no text can hold."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = codecs.getreader(get_encoding(dict(parser_context or {})))(stream).read()
            if (signs := sum(map(text.count, ",[{"))) > MOST_SIGNS:  # values cost far more than their bytes
                raise TooLarge(f"The body has {signs:,} commas and brackets; a call takes {MOST_SIGNS:,} at most.")
            data = self.load(text)
        except RecursionError:
            raise _unparsable(TOO_DEEP) from None
        except ValueError as error:
            raise _unparsable(str(error)) from None
        _check(data)
        return data

    def load(self, text: str) -> Any:
        """Return the parsed text. Raise ValueError or RecursionError when it is no valid JSON."""
        return json.loads(text, parse_float=_finite, object_pairs_hook=_members)

    def dump(self, data: Any) -> str:
        """The text of what was loaded, by which one body is told from another."""
        text: str = json.dumps(data, sort_keys=True)
        return text


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        key = Counter(key for key, _value in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has the key {json.dumps(key[:100])} more than once.")
    return members


def _finite(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError(f"the number {text[:20]} is too large.")
    return value


def _unparsable(reason: str) -> exceptions.ParseError:
    return exceptions.ParseError(f"JSON parse error - {reason}")


def _check(data: Any) -> None:
    """Refuse JSON that is nested too deeply, or has a text that cannot be written as UTF-8."""
    level = [data]
    for _depth in range(DEEPEST):
        if any(isinstance(value, str) and not value.isascii() and SURROGATE.search(value) for value in level):
            raise _unparsable("half of a surrogate pair is not a character.")
        objects = [value for value in level if isinstance(value, dict)]
        lists = [value for value in level if isinstance(value, list)]
        level = [*chain.from_iterable(objects), *chain.from_iterable(map(dict.values, objects)), *chain(*lists)]
        if not level:
            return
    raise _unparsable(TOO_DEEP)
