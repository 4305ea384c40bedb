"""The changes that are tried, of all that cosmic-ray can make."""

from __future__ import annotations

import ast
import random
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CANNOT_BE_NOTICED = re.compile(r"Comparison.*_(Eq|NotEq)_Is|Comparison.*_Is(Not)?_(Eq|NotEq)")
"""Operators: `==` and `is` say the same of None, and of texts and numbers by chance."""


@dataclass(frozen=True)
class Mutant:
    """A change that cosmic-ray can make."""

    job: str
    module: str
    operator: str
    occurrence: int
    row: int
    column: int

    @property
    def place(self) -> tuple[str, int, int, str]:
        """Where it is made, and of which kind it is: of several operators that may stand there, one is tried."""
        return self.module, self.row, self.column, self.operator.split("_")[0]


def choose(session: sqlite3.Connection, folder: Path, only: tuple[str, ...], size: int, seed: int) -> tuple[int, int]:
    """Leave a sample in the session, the same for the same seed; return its size, and of how many it is one."""
    rows = session.execute(
        "SELECT job_id, module_path, operator_name, occurrence, start_pos_row, start_pos_col FROM mutation_specs"
    )
    found = [Mutant(*row) for row in rows]
    meant = {module: Meant(folder / module, only) for module in {mutant.module for mutant in found}}
    found = [one for one in found if meant[one.module].holds(one) and not CANNOT_BE_NOTICED.search(one.operator)]
    found.sort(key=lambda one: (one.module, one.row, one.column, one.operator, one.occurrence))
    random.Random(seed).shuffle(found)  # noqa: S311  # a choice that can be repeated
    places = list({one.place: one for one in found}.values())
    chosen = places[:size]
    session.execute("CREATE TEMP TABLE chosen (job_id)")
    session.executemany("INSERT INTO chosen VALUES (?)", [(one.job,) for one in chosen])
    session.execute("DELETE FROM mutation_specs WHERE job_id NOT IN (SELECT job_id FROM chosen)")
    session.execute("DELETE FROM work_items WHERE job_id NOT IN (SELECT job_id FROM chosen)")
    return len(chosen), len(places)


class Meant:
    """The places of a module that are meant: no annotations, which nothing evaluates, and in some only parts."""

    def __init__(self, path: Path, only: tuple[str, ...]) -> None:
        tree = ast.parse(path.read_text())
        self.parts: list[ast.AST] = [node for node in tree.body if getattr(node, "name", None) in only] or [tree]
        self.annotations: list[ast.AST] = []
        for node in ast.walk(tree):
            self.annotations += filter(None, (getattr(node, "annotation", None), getattr(node, "returns", None)))

    def holds(self, mutant: Mutant) -> bool:
        """Say whether the mutant's place is meant."""
        place = mutant.row, mutant.column
        return any(_spans(part, place) for part in self.parts) and not any(
            _spans(part, place) for part in self.annotations
        )


def _spans(node: Any, place: tuple[int, int]) -> bool:
    if isinstance(node, ast.Module):
        return True
    return (node.lineno, node.col_offset) <= place < (node.end_lineno, node.end_col_offset)
