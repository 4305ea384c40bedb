"""The client: what takes several calls, in one."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import httpx

from codeport_client.core.api.codes import download_export, start_export
from codeport_client.core.api.ingestion import (
    get_post_data,
    get_post_data_of_changes,
    get_record,
    list_errors,
    process,
    process_changes,
)
from codeport_client.core.api.workorders import download, get_secure_codes, get_serial_numbers
from codeport_client.core.client import AuthenticatedClient
from codeport_client.core.models.change_file_request import ChangeFileRequest
from codeport_client.core.models.export_request import ExportRequest
from codeport_client.core.models.format_enum import FormatEnum
from codeport_client.core.models.get_post_data_filetype_enum import GetPostDataFiletypeEnum
from codeport_client.core.models.get_post_data_request import GetPostDataRequest
from codeport_client.core.models.get_post_data_response_201 import GetPostDataResponse201
from codeport_client.core.models.get_secure_codes_images import GetSecureCodesImages
from codeport_client.core.models.paginated_error_list import PaginatedErrorList
from codeport_client.core.models.process_request import ProcessRequest
from codeport_client.core.models.record import Record
from codeport_client.core.models.record_status_enum import RecordStatusEnum
from codeport_client.core.models.start_export_response_202 import StartExportResponse202
from codeport_client.downloads import Progress, fetch
from codeport_client.errors import CodeportError, FileRefused, refusal
from codeport_client.retries import BUSY, Pauses, RetryingClient, unreachable

ENDED = (RecordStatusEnum.COMPLETED, RecordStatusEnum.ERROR, RecordStatusEnum.CANCELLED)
ENDINGS = {".json": "json", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}
KINDS = ("archive", "serial-numbers", "secure-codes")  # of downloads
MOST_PROBLEMS = 1000
LONGEST = 5.0  # seconds between two looks at a record

T = TypeVar("T")


def untold(what: str, done: int, total: int | None) -> None:
    """Tell nobody of progress."""


def one_of(name: str, known: Iterable[str]) -> str:
    """Return the name if it is known; raise ValueError with those that are, and the nearest, if it is not."""
    names = [*known]
    if name in names:
        return name
    nearest = get_close_matches(name.casefold(), names, 1)
    meant = f"; the nearest is {nearest[0]}" if nearest else ""
    raise ValueError(f"{name!r} is not one of {', '.join(names)}{meant}")


class Codeport:
    """A portal, for one person's token.

    `url` and `token` come from CODEPORT_URL and CODEPORT_TOKEN where they are left out. A portal that is busy or cannot
    be reached is asked again for `patience` seconds, then Unavailable is raised. `core` is the client for the calls in
    `codeport_client.core.api`, which are made as patiently.
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, *, patience: float = 120, timeout: float = 60
    ) -> None:
        url = (url or os.environ.get("CODEPORT_URL", "")).strip()
        token = (token or os.environ.get("CODEPORT_TOKEN", "")).strip()  # files of Windows end lines by two characters
        if not url.startswith(("http://", "https://")):
            raise ValueError("Say where the portal is: CODEPORT_URL, like https://codeport.example")
        if not token:
            raise ValueError("Set CODEPORT_TOKEN to a token; the portal's page Tokens makes one.")
        if not (token.isascii() and token.isprintable()):
            raise ValueError("CODEPORT_TOKEN is no token: it has characters that no token has.")
        self.url = url.rstrip("/").removesuffix("/api/v2")
        waits = httpx.Timeout(timeout, connect=10)
        headers = {"Authorization": f"UAT {token}", "User-Agent": "codeport-client"}
        self._http = RetryingClient(patience, base_url=self.url, headers=headers, timeout=waits)
        self._forms = httpx.Client(timeout=waits)  # files may go to others, who must not see the token
        self._patience = patience
        self.core = AuthenticatedClient(self.url, token, prefix="UAT").set_httpx_client(self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()
        self._forms.close()

    def upload(
        self,
        file: str | os.PathLike[str],
        *,
        wait: bool = True,
        progress: Progress = untold,
        filetype: str | None = None,
        **options: Any,
    ) -> Record:
        """Upload a file of new codes, and return its record: at its end, or unless `wait` when it is queued.

        The options are those of the call `process`: `default_scm_data`, `reference`, `workorder` and others. A file
        that Codeport refuses raises FileRefused with what is wrong.
        """
        path = Path(file)
        begun = self._call(get_post_data._get_kwargs(body=_begun(path, filetype)), GetPostDataResponse201.from_dict)
        asked = process._get_kwargs(body=ProcessRequest(begun.record_key))
        self._process(path, begun, asked, options, progress)
        return self.wait(begun.record_key, progress) if wait else self.record(begun.record_key)

    def change(
        self,
        file: str | os.PathLike[str],
        *,
        wait: bool = True,
        progress: Progress = untold,
        filetype: str | None = None,
        **options: Any,
    ) -> Record:
        """Upload a file that changes codes, as `upload` does.

        The options are those of the call `ingestion/scm/upload/process/`.
        """
        path = Path(file)
        asked = get_post_data_of_changes._get_kwargs(body=_begun(path, filetype))
        begun = self._call(asked, GetPostDataResponse201.from_dict)
        asked = process_changes._get_kwargs(body=ChangeFileRequest(begun.record_key))
        self._process(path, begun, asked, options, progress)
        return self.wait(begun.record_key, progress) if wait else self.record(begun.record_key)

    def record(self, key: str) -> Record:
        """Return a record as it is now."""
        return self._call(get_record._get_kwargs(key), Record.from_dict)

    def wait(self, key: str, progress: Progress = untold) -> Record:
        """Return a record when it is completed; raise FileRefused when it ends otherwise."""
        pause = 0.2
        while (record := self.record(key)).status not in ENDED:
            told = record.progress
            progress(told.phase, told.rows_done, told.rows_total)
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST)
        if record.status != RecordStatusEnum.COMPLETED:
            asked = list_errors._get_kwargs(key, limit=MOST_PROBLEMS)
            raise FileRefused(record, self._call(asked, PaginatedErrorList.from_dict).results)
        return record

    def start_export(self, *, format: str = "csv", gzip: bool = False, **filters: Any) -> int:  # noqa: A002  # the API's
        """Have all codes that the filters of the list of codes find written to a file; return the export's number."""
        body = ExportRequest(FormatEnum(one_of(format, FormatEnum)), gzip=gzip)
        asked = start_export._get_kwargs(body=body)
        asked["json"]["filters"] = filters
        return self._call(asked, StartExportResponse202.from_dict).id

    def download_export(
        self, number: int, folder: str | os.PathLike[str] = ".", *, progress: Progress = untold
    ) -> Path:
        """Download an export into the folder as soon as it is there, and return where it is."""
        asked = download_export._get_kwargs(number)
        return fetch(self._http, asked, Path(folder), f"export-{number}", progress)

    def export(
        self,
        folder: str | os.PathLike[str] = ".",
        *,
        progress: Progress = untold,
        format: str = "csv",  # noqa: A002  # the API's
        gzip: bool = False,
        **filters: Any,
    ) -> Path:
        """Export all codes that the filters find into a file in the folder, and return where it is."""
        number = self.start_export(format=format, gzip=gzip, **filters)
        return self.download_export(number, folder, progress=progress)

    def download(
        self,
        workorder: int,
        folder: str | os.PathLike[str] = ".",
        *,
        kind: str = "archive",
        progress: Progress = untold,
        **look: Any,
    ) -> Path:
        """Download a workorder's zip into the folder, as soon as it is there, and return where it is.

        `kind` is `archive`, `serial-numbers`, or `secure-codes` for who prints them. `images`, svg, png or pdf, and the
        other parameters of the call, say how the images look. A download that breaks off goes on where it stopped, also
        when this is called again. Secure codes that may be downloaded once are asked for in parts: what was under way
        when one broke off is spent, and the call goes on there once the brand owner has allowed one more.
        """
        one_of(kind, KINDS)
        if kind == "secure-codes":
            images = one_of(look.pop("images", "png"), GetSecureCodesImages)
            asked = get_secure_codes._get_kwargs(workorder, images=GetSecureCodesImages(images))
        elif kind == "serial-numbers":
            asked = get_serial_numbers._get_kwargs(workorder)
        else:
            asked = download._get_kwargs(workorder)
            del asked["params"]  # defaults that are not needed
        asked["params"] = asked.get("params", {}) | look
        name = f"workorder-{workorder}{'' if kind == 'archive' else f'-{kind}'}{_digest(asked['params'])}.zip"
        return fetch(self._http, asked, Path(folder), name, progress, in_parts=kind == "secure-codes")

    def _call(self, asked: Mapping[str, Any], parse: Callable[[Mapping[str, Any]], T]) -> T:
        """Return what the answer of a call holds."""
        answer = self._http.request(**asked)
        if not answer.is_success:
            raise refusal(answer)
        try:
            told = answer.json()
        except ValueError:
            raise CodeportError(f"{self.url} does not answer as a Codeport portal does.") from None
        return parse(told)

    def _process(
        self,
        path: Path,
        begun: GetPostDataResponse201,
        asked: dict[str, Any],
        options: Mapping[str, Any],
        progress: Progress,
    ) -> None:
        """Send a file by its form, and have it processed by the call that is asked, with these options."""
        digest = self._post(begun.post_data.url, begun.post_data.fields.to_dict(), path, progress)
        asked["json"] = {"record": begun.record_key, "sha256": digest, **options}
        self._call(asked, lambda told: told)

    def _post(self, url: str, fields: Mapping[str, str], path: Path, progress: Progress) -> str:
        """Post the file by its signed form, to the portal or to S3, and return its digest."""
        pauses = Pauses(self._patience)
        while True:
            answer = None
            with closing(_Sending(path, progress)) as file:
                try:
                    answer = self._forms.post(url, data=fields, files={"file": ("file", file)})  # type: ignore[dict-item]  # reads as one
                except httpx.TransportError as error:
                    if not pauses.pause():
                        raise unreachable(httpx.URL(url), error) from error
                    continue
            if answer.is_success:
                return file.digest.hexdigest()
            if answer.status_code not in (*BUSY, 500) or not pauses.pause(answer):  # 500 is S3's for once more
                raise refusal(answer)


class _Sending:
    """A file that is read from its beginning for each attempt, told of and digested."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._file: IO[bytes] = path.open("rb")
        self._progress, self._size = progress, path.stat().st_size
        self.fileno, self.close, self.tell = self._file.fileno, self._file.close, self._file.tell
        self.digest = hashlib.sha256()

    def seek(self, place: int) -> int:
        """Begin again."""
        self.digest = hashlib.sha256()
        return self._file.seek(place)

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        self.digest.update(data)
        self._progress("uploading", self._file.tell(), self._size)
        return data


def _begun(path: Path, filetype: str | None) -> GetPostDataRequest:
    """Return what begins the upload of a file that can be read, and read again."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError(f"{path} is a pipe or a device. Give a file: it is read again where a connection is lost.")
    path.open("rb").close()
    kind = filetype or ENDINGS.get(Path(path.name.lower().removesuffix(".gz")).suffix, "")
    if kind not in ENDINGS.values():
        raise ValueError(f"{path.name} is neither CSV nor JSON by its name; say which by filetype, csv or json.")
    return GetPostDataRequest(GetPostDataFiletypeEnum(kind), file_name=path.name)


def _digest(parameters: Mapping[str, Any]) -> str:
    """Return what tells downloads of other parameters apart in the name of a file."""
    if not parameters:
        return ""
    return "-" + hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:8]
