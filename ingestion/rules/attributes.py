"""The rules of product, activation status and blacklist reason."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.errors.log import Fault
from ingestion.rules.findings import FileFindings
from ingestion.rules.suggestions import meant_nothing, meant_status
from portal.values.characters import beyond_ascii
from portal.values.problems import say_problem
from workorders.codes.fields import ATTRIBUTES, REASONS, STATUSES, contradict, contradiction, meant_reason

WRONG = -1  # for a value that none can be
MOST_FAULTS = 1000  # sets of wrong cells of which is remembered what is wrong with them

AttributeValues = tuple[int | None, int | None, int | None]
"""Product id, activation status, blacklist reason; None for no product, or for what a change leaves alone."""


class AttributeRules:
    """Checks the cells of product, activation status and blacklist reason, in the columns `at` of one header.

    Many rows have the same three cells, so what they mean, or what is wrong with them, is remembered in `known`.
    """

    def __init__(self, header: tuple[str, ...], findings: FileFindings) -> None:
        self.at = [header.index(name) if name in header else -1 for name in ATTRIBUTES]
        self.known: dict[tuple[str, ...], AttributeValues] = {}
        self._faults_of: dict[tuple[str, ...], list[Fault]] = {}
        self._findings, self._log = findings, findings.log
        self._defaults = findings.limits.defaults
        self._products = {**findings.limits.kept_products, **findings.limits.products}

    def resolve(self, cells: tuple[str, ...]) -> AttributeValues | None:
        """Return what the three cells mean, or None when one of them is wrong."""
        known = self.known.get(cells)
        if known is None:
            product, status, reason = self._meaning(cells)
            if WRONG in (product, status, reason) or contradict(status, reason):
                return None
            known = self.known[cells] = (product, status, reason)
        return known

    def check(self, row: int, cells: tuple[str, ...], identifier: str) -> AttributeValues:
        """Return what the three cells of a row mean, and report what is wrong with them."""
        if cells not in self._faults_of and (known := self.resolve(cells)) is not None:
            return known
        for kind, column, value, detail in self.faults(cells):
            self._log.add(kind, row, column, value, detail=detail, id=identifier)
        return None, None, None

    def faults(self, cells: tuple[str, ...]) -> list[Fault]:
        """Return what is wrong with the three cells, of which one at least is wrong."""
        faults = self._faults_of.get(cells)
        if faults is None:
            if len(self._faults_of) == MOST_FAULTS:
                self._faults_of.clear()
            faults = self._faults_of[cells] = list(self._find_faults(cells))
        return faults

    def remembers(self, more: int) -> bool:
        """Say whether so many sets of wrong cells more can be remembered."""
        return len(self._faults_of) + more <= MOST_FAULTS

    def _meaning(self, cells: tuple[str, ...]) -> AttributeValues:
        """Return product, activation status and blacklist reason: WRONG for a wrong one, None for none."""
        product_cell, status_cell, reason_cell = cells
        sku = product_cell or self._defaults.product
        return (
            self._products.get(sku, WRONG) if sku else None,
            STATUSES.get(status_cell, WRONG) if status_cell else self._defaults.activation_status,
            REASONS.get(reason_cell, WRONG) if reason_cell else self._defaults.blacklist_reason,
        )

    def _find_faults(self, cells: tuple[str, ...]) -> Iterator[Fault]:
        """Yield kind, column, value and detail of everything that is wrong with the three cells."""
        product_cell, status_cell, reason_cell = cells
        product, status, reason = self._meaning(cells)
        if product == WRONG:
            sku = product_cell or self._defaults.product
            detail = say_problem("It is the upload's default product.")
            if product_cell:
                detail = meant_nothing(product_cell) or self._findings.product_suggestions.suggest(product_cell)
            yield "product_not_found_error", "product", sku, detail
        if status == WRONG:
            hint = meant_nothing(status_cell) or meant_status(status_cell) or beyond_ascii(status_cell)
            yield "invalid_activation_status_error", "activation_status", status_cell, hint
        if reason == WRONG:
            hint = meant_nothing(reason_cell) or meant_reason(reason_cell) or beyond_ascii(reason_cell)
            detail = f"{say_problem('A blacklist reason is a number from 0 to 10.')} {hint}".rstrip()
            yield "invalid_scm_field_error", "blacklist_reason", reason_cell, detail
        elif reason is not None and status not in (None, WRONG) and contradict(status, reason):
            detail = contradiction(status, reason)
            if not (status_cell and reason_cell):
                default = say_problem("The status is the upload's default.")
                if status_cell:
                    default = say_problem("The reason is the upload's default.")
                detail = f"{detail} {default}"
            yield "invalid_scm_field_error", "blacklist_reason", str(reason), detail
