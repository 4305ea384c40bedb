from http import HTTPStatus
from io import BytesIO
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.download_export_response_202 import DownloadExportResponse202
from ...models.field_errors import FieldErrors
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    id: int,
    *,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_range, Unset):
        headers["If-Range"] = if_range

    if not isinstance(range_, Unset):
        headers["Range"] = range_

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/codes/download/{id}/".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.text))

        return response_200

    if response.status_code == 202:
        response_202 = DownloadExportResponse202.from_dict(response.json())

        return response_202

    if response.status_code == 206:
        response_206 = File(payload=BytesIO(response.text))

        return response_206

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

    if response.status_code == 400:

        def _parse_response_400(data: object) -> Detail | FieldErrors:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_refusal_type_0 = Detail.from_dict(data)

                return componentsschemas_refusal_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_refusal_type_1 = FieldErrors.from_dict(data)

            return componentsschemas_refusal_type_1

        response_400 = _parse_response_400(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Detail.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Detail.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Detail.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = Detail.from_dict(response.json())

        return response_409

    if response.status_code == 410:
        response_410 = Detail.from_dict(response.json())

        return response_410

    if response.status_code == 416:
        response_416 = Detail.from_dict(response.json())

        return response_416

    if response.status_code == 429:
        response_429 = Detail.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Detail.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Detail.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Response[Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File]:
    """Fetch an export

     202 with progress until the file is there.

    Needs the permission `codes_view`.

    Args:
        id (int):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File]
    """

    kwargs = _get_kwargs(
        id=id,
        if_range=if_range,
        range_=range_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: int,
    *,
    client: AuthenticatedClient,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File | None:
    """Fetch an export

     202 with progress until the file is there.

    Needs the permission `codes_view`.

    Args:
        id (int):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File
    """

    return sync_detailed(
        id=id,
        client=client,
        if_range=if_range,
        range_=range_,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Response[Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File]:
    """Fetch an export

     202 with progress until the file is there.

    Needs the permission `codes_view`.

    Args:
        id (int):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File]
    """

    kwargs = _get_kwargs(
        id=id,
        if_range=if_range,
        range_=range_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File | None:
    """Fetch an export

     202 with progress until the file is there.

    Needs the permission `codes_view`.

    Args:
        id (int):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Detail | Detail | FieldErrors | DownloadExportResponse202 | File
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            if_range=if_range,
            range_=range_,
        )
    ).parsed
