"""Upload, change, export and download codes of a Codeport portal."""

from codeport_client.client import Codeport
from codeport_client.errors import CodeportError, FileRefused, Refused, Unavailable

__all__ = ["Codeport", "CodeportError", "FileRefused", "Refused", "Unavailable"]
