from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PrintedRequest")


@_attrs_define
class PrintedRequest:
    """How many codes were printed well, how many prints were spoiled, and of which codes no good print is left.

    Attributes:
        printed (int):
        wasted (int | Unset): Prints that were spoiled. Where it is left out, as many as codes are named, or none.
        wasted_ids (list[str] | Unset): Ids or URLs of codes of which every print was spoiled. They are blacklisted (7,
            misprint).
        wasted_ranges (list[str] | Unset): The same by ranges of sequences: `7`, `40001-60000`, without commas between
            thousands.
        wasted_list (str | Unset): The same as a scanner gives them: a text of ids or URLs, one a line. A header, dates
            and times are skipped. Default: ''.
        confirm (bool | Unset): Report numbers that do not make up the number of codes ordered, or that of the codes
            named. Default: False.
    """

    printed: int
    wasted: int | Unset = UNSET
    wasted_ids: list[str] | Unset = UNSET
    wasted_ranges: list[str] | Unset = UNSET
    wasted_list: str | Unset = ""
    confirm: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        printed = self.printed

        wasted = self.wasted

        wasted_ids: list[str] | Unset = UNSET
        if not isinstance(self.wasted_ids, Unset):
            wasted_ids = self.wasted_ids

        wasted_ranges: list[str] | Unset = UNSET
        if not isinstance(self.wasted_ranges, Unset):
            wasted_ranges = self.wasted_ranges

        wasted_list = self.wasted_list

        confirm = self.confirm

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "printed": printed,
            }
        )
        if wasted is not UNSET:
            field_dict["wasted"] = wasted
        if wasted_ids is not UNSET:
            field_dict["wasted_ids"] = wasted_ids
        if wasted_ranges is not UNSET:
            field_dict["wasted_ranges"] = wasted_ranges
        if wasted_list is not UNSET:
            field_dict["wasted_list"] = wasted_list
        if confirm is not UNSET:
            field_dict["confirm"] = confirm

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        printed = d.pop("printed")

        wasted = d.pop("wasted", UNSET)

        wasted_ids = cast(list[str], d.pop("wasted_ids", UNSET))

        wasted_ranges = cast(list[str], d.pop("wasted_ranges", UNSET))

        wasted_list = d.pop("wasted_list", UNSET)

        confirm = d.pop("confirm", UNSET)

        printed_request = cls(
            printed=printed,
            wasted=wasted,
            wasted_ids=wasted_ids,
            wasted_ranges=wasted_ranges,
            wasted_list=wasted_list,
            confirm=confirm,
        )

        return printed_request
