"""What `make mutants` chooses to make wrong, and how that reaches functions that are loaded."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from tests.mutants.choice import choose
from tests.mutants.groups import GROUPS
from tests.mutants.patches import Unpatchable, functions_by_place, patch
from tests.support.paths import CHECKOUT

SOURCE = """
from functools import wraps

MOST = 3

def guarded(view):
    @wraps(view)
    def inner(number):
        return view(number) if number < MOST else -1
    return inner

class Counter:
    step = 1

    @guarded
    def twice(number):
        return [each * 2 for each in range(number)]
"""


def loaded(path: Path) -> ModuleType:
    """The module that SOURCE makes."""
    module = ModuleType("loaded")
    exec(compile(SOURCE, path, "exec"), module.__dict__)  # noqa: S102  # our own words
    return module


@pytest.mark.parametrize(
    ("old", "new", "doubled"),
    [
        ("each * 2", "each + 2", [2, 3]),
        ("range(number)", "range(number + 1)", [0, 2, 4]),
        ("number < MOST", "number > MOST", -1),
    ],
)
def test_a_loaded_function_does_what_the_changed_file_says(tmp_path: Path, old: str, new: str, doubled: object) -> None:
    module = loaded(tmp_path / "loaded.py")
    assert module.Counter.twice(2) == [0, 2]
    patch(tmp_path / "loaded.py", SOURCE, SOURCE.replace(old, new), functions_by_place())
    assert module.Counter.twice(2) == doubled


@pytest.mark.parametrize(
    ("old", "new"),
    [("MOST = 3", "MOST = 2"), ("step = 1", "step = 2"), ("    @guarded\n", ""), ("step = 1", "step = not 1")],
)
def test_what_runs_at_the_import_is_not_patched(tmp_path: Path, old: str, new: str) -> None:
    functions: dict[tuple[str, str, int], list[FunctionType]] = {}
    with pytest.raises(Unpatchable):
        patch(tmp_path / "loaded.py", SOURCE, SOURCE.replace(old, new), functions)


MODULE = """
def a(one: int | None) -> str | None:
    return one + 1

class B:
    def c(self) -> bool:
        return 1 == 2
"""
SPECS = [
    ("annotation", "core/ReplaceBinaryOperator_BitOr_Add", 2, 11),
    ("result", "core/ReplaceBinaryOperator_BitOr_Sub", 2, 29),
    *((f"plus-{name}", f"core/ReplaceBinaryOperator_Add_{name}", 3, 15) for name in ("Sub", "Mul", "Div")),
    ("number", "core/NumberReplacer", 3, 17),
    ("identity", "core/ReplaceComparisonOperator_Eq_Is", 7, 17),
    ("order", "core/ReplaceComparisonOperator_Eq_Lt", 7, 17),
]


def chosen(folder: Path, only: tuple[str, ...], size: int, seed: int) -> tuple[set[str], tuple[int, int]]:
    """The jobs that are left of SPECS, and what is said of them."""
    (folder / "module.py").write_text(MODULE)
    with sqlite3.connect(":memory:") as session:
        session.execute("CREATE TABLE work_items (job_id)")
        session.execute(
            "CREATE TABLE mutation_specs (job_id, module_path, operator_name, occurrence, start_pos_row, start_pos_col)"
        )
        for job, operator, row, column in SPECS:
            session.execute("INSERT INTO work_items VALUES (?)", (job,))
            session.execute(
                "INSERT INTO mutation_specs VALUES (?, 'module.py', ?, 0, ?, ?)", (job, operator, row, column)
            )
        said = choose(session, folder, only, size, seed)
        left = {job for (job,) in session.execute("SELECT job_id FROM work_items")}
        assert left == {job for (job,) in session.execute("SELECT job_id FROM mutation_specs")}
    return left, said


def test_one_change_of_a_kind_is_tried_at_a_place_and_none_that_cannot_be_noticed(tmp_path: Path) -> None:
    left, said = chosen(tmp_path, (), 80, 1)
    assert {job.partition("-")[0] for job in left} == {"plus", "number", "order"}
    assert said == (3, 3)
    assert len(left) == 3
    assert chosen(tmp_path, (), 80, 1) == (left, said)
    assert len({frozenset(chosen(tmp_path, (), 80, seed)[0]) for seed in range(20)}) == 3, (
        "other seeds, other operators"
    )
    assert chosen(tmp_path, ("B",), 80, 1) == ({"order"}, (1, 1))
    assert chosen(tmp_path, (), 2, 1)[1] == (2, 3)


def test_the_modules_and_tests_of_the_groups_are_there() -> None:
    assert [*GROUPS] == ["rules", "readers", "leases", "policy", "permissions"]
    for group in GROUPS.values():
        named = [*group.modules, *(word.rpartition("=")[2].partition("::")[0] for word in group.tests)]
        assert [name for name in named if not (CHECKOUT / name).exists()] == []
