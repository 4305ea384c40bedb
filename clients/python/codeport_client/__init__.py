"""Upload, change, export and download codes of a Codeport portal."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeport_client.client import Codeport
    from codeport_client.errors import CodeportError, FileRefused, Refused, Unavailable

__all__ = ["Codeport", "CodeportError", "FileRefused", "Refused", "Unavailable"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: the command answers Ctrl-C while it does."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'client' if name == 'Codeport' else 'errors'}"), name)
