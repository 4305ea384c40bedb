"""The findings about one file that concern more than one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from ingestion.errors.log import RowLog
from ingestion.readers.base import is_blank
from ingestion.rules.limits import Limits
from ingestion.rules.suggestions import Suggestions
from portal.values.problems import say_problem
from workorders.codes.gaps import Gaps


class FileFindings:
    """The findings in one file so far, whatever header each row has.

    `nameless` holds the places of columns without a name, which are to be empty. `key_names` are the names that the
    column may have by which a row names its code, `ids` the rules of what stands there.
    """

    def __init__(self, limits: Limits, log: RowLog) -> None:
        self.limits, self.log = limits, log
        self.ids = limits.ids
        self.key_names: tuple[str, ...] = ("id",)
        self.blank_rows = Gaps()
        self.skus_with_id: set[str] = set()
        self.skus_without_id: Counter[str] = Counter()  # rows that have this SKU and no id
        self.is_table = False  # one header holds for all rows
        self.header_row = 0
        self.nameless: set[int] = set()

    @cached_property
    def product_suggestions(self) -> Suggestions:
        """Finds the product that an unknown SKU was meant to be."""
        return Suggestions(self.limits.products)

    def report_nameless(self, cells: Sequence[Iterable[str]]) -> None:
        """Report, once each, the columns without a name that hold something in `cells`.

        `cells` are the cells of one row, or the columns of many.
        """
        for at in [at for at in self.nameless if not is_blank(cells[at])]:
            self.nameless.remove(at)
            said = say_problem("It is the field's name that is wrong.")
            detail = f"{said} {say_problem('Column {at:,} has no name: name it, or delete it.', at=at + 1)}"
            self.log.add("invalid_scm_field_error", self.header_row, "", "", detail=detail)

    def warn_of_products_without_ids(self) -> None:
        """Warn of each product that has several rows, and an id in none of them."""
        for sku, rows in self.skus_without_id.items():
            if rows > 1 and sku not in self.skus_with_id:
                self.log.warn(
                    "product_without_ids_warning",
                    None,
                    "product",
                    sku,
                    detail=say_problem("It has {rows:,} rows.", rows=rows),
                )
