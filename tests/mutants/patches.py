"""Gives the functions of a loaded module the code of a changed version of its file."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

IS_FUNCTION = 1  # CO_OPTIMIZED, which modules and bodies of classes lack

Place = tuple[str, str, int]


class Unpatchable(Exception):  # noqa: N818  # an answer
    """What changed runs while the module is imported, so it has to be imported anew."""


def functions_by_place() -> dict[Place, list[FunctionType]]:
    """All functions of the process by the place of their code."""
    found: dict[Place, list[FunctionType]] = {}
    for function in gc.get_objects():
        if type(function) is FunctionType:  # a weak proxy is asked by isinstance, and its object may be gone
            found.setdefault(_place(function.__code__), []).append(function)
    return found


def patch(path: Path, old: str, new: str, functions: dict[Place, list[FunctionType]]) -> None:
    """Make the loaded module at `path`, whose source was `old`, do what `new` says."""
    for before, after in _changed(compile(old, path, "exec"), compile(new, path, "exec")):
        for function in functions.get(_place(before), ()):
            function.__code__ = after


def _changed(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code of functions that differs, with what takes its place, that of functions within others too."""
    inner, inner_new = _within(old), _within(new)
    if not old.co_flags & IS_FUNCTION and _itself(old) != _itself(new):
        raise Unpatchable
    if old.co_flags & IS_FUNCTION and old != new:
        if old.co_freevars != new.co_freevars:
            raise Unpatchable
        yield old, new
    if len(inner) != len(inner_new):
        raise Unpatchable
    for before, after in zip(inner, inner_new, strict=True):
        yield from _changed(before, after)


def _within(code: CodeType) -> list[CodeType]:
    return [part for part in code.co_consts if isinstance(part, CodeType)]


def _itself(code: CodeType) -> tuple[object, ...]:
    """What runs when a module or the body of a class does, without its functions and where they stand."""
    consts = [repr(part) for part in code.co_consts if not isinstance(part, CodeType)]
    return code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno
