"""Products imported from files."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from portal.models import User
from tests.support.pages import as_

PATH = "/products/import/"


def imported(user: User, content: bytes | str, name: str = "products.csv") -> Any:
    """Where the form leads with a file of that content."""
    data = content.encode() if isinstance(content, str) else content
    return as_(user).post(PATH, {"file": SimpleUploadedFile(name, data)}, follow=True)


def problems(page: Any) -> list[tuple[str, str, str, str]]:
    """Row, column, value and message of each problem that the page shows."""
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "Nothing was imported." in text
    rows = re.findall(r"<tr> <th [^>]*>(.*?)</th> <td>(.*?)</td> <td>(.*?)</td> <td>(.*?)</td> </tr>", text)
    rows = [(*cells, re.sub("</?code>", "`", message)) for *cells, message in rows]
    plain = [[unescape(re.sub(r"<[^>]*>", "", cell)) for cell in row] for row in rows]
    return [(row, column, value, message) for row, column, value, message in plain]


def workbook(*sheets: list[tuple[Any, ...]]) -> bytes:
    """A workbook of sheets with those rows."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return content.getvalue()


def told(page: Any) -> list[str]:
    """What the page to which a form led says of it."""
    return re.findall(r'<p class="notice (?:good|bad)" role="status">([^<]*)</p>', page.content.decode())


def wrongs(page: Any) -> list[str]:
    """What a form that is shown again says is wrong."""
    assert page.status_code == 200
    return re.findall(r'<ul class="errorlist"[^>]*><li>([^<]*)</li>', page.content.decode())
