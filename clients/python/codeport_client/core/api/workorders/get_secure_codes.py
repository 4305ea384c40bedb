from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.get_secure_codes_images import GetSecureCodesImages
from ...models.get_secure_codes_response_202 import GetSecureCodesResponse202
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: int,
    *,
    images: GetSecureCodesImages,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_range, Unset):
        headers["If-Range"] = if_range

    if not isinstance(range_, Unset):
        headers["Range"] = range_

    params: dict[str, Any] = {}

    json_images = images.value
    params["images"] = json_images

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/workorders/{id}/secure-codes/".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202 | None:
    if response.status_code == 202:
        response_202 = GetSecureCodesResponse202.from_dict(response.json())

        return response_202

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
) -> Response[Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202]:
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
    images: GetSecureCodesImages,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Response[Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202]:
    """Fetch the secure codes to print

     For the printing partner of a workorder that is ready to print: a zip with the image of every secure
    code at the resolution of the equipment. It is prepared for the caller when first asked for: 202
    with progress until it is there. Each download is noted with person, time and address. Where the
    codes can be downloaded once, a client that fetches parts by `Range` may have those that were not
    sent yet for an hour.

    Needs the permission `workorder_print`.

    Args:
        id (int):
        images (GetSecureCodesImages):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202]
    """

    kwargs = _get_kwargs(
        id=id,
        images=images,
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
    images: GetSecureCodesImages,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202 | None:
    """Fetch the secure codes to print

     For the printing partner of a workorder that is ready to print: a zip with the image of every secure
    code at the resolution of the equipment. It is prepared for the caller when first asked for: 202
    with progress until it is there. Each download is noted with person, time and address. Where the
    codes can be downloaded once, a client that fetches parts by `Range` may have those that were not
    sent yet for an hour.

    Needs the permission `workorder_print`.

    Args:
        id (int):
        images (GetSecureCodesImages):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202
    """

    return sync_detailed(
        id=id,
        client=client,
        images=images,
        if_range=if_range,
        range_=range_,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    images: GetSecureCodesImages,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Response[Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202]:
    """Fetch the secure codes to print

     For the printing partner of a workorder that is ready to print: a zip with the image of every secure
    code at the resolution of the equipment. It is prepared for the caller when first asked for: 202
    with progress until it is there. Each download is noted with person, time and address. Where the
    codes can be downloaded once, a client that fetches parts by `Range` may have those that were not
    sent yet for an hour.

    Needs the permission `workorder_print`.

    Args:
        id (int):
        images (GetSecureCodesImages):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202]
    """

    kwargs = _get_kwargs(
        id=id,
        images=images,
        if_range=if_range,
        range_=range_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    images: GetSecureCodesImages,
    if_range: str | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202 | None:
    """Fetch the secure codes to print

     For the printing partner of a workorder that is ready to print: a zip with the image of every secure
    code at the resolution of the equipment. It is prepared for the caller when first asked for: 202
    with progress until it is there. Each download is noted with person, time and address. Where the
    codes can be downloaded once, a client that fetches parts by `Range` may have those that were not
    sent yet for an hour.

    Needs the permission `workorder_print`.

    Args:
        id (int):
        images (GetSecureCodesImages):
        if_range (str | Unset):
        range_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Detail | Detail | FieldErrors | GetSecureCodesResponse202
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            images=images,
            if_range=if_range,
            range_=range_,
        )
    ).parsed
