from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.get_code_image_images import GetCodeImageImages
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    images: GetCodeImageImages,
    module: int | Unset = 10,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_images = images.value
    params["images"] = json_images

    params["module"] = module

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/codes/{id}/image/".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | None:
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
) -> Response[Detail | Detail | FieldErrors]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    images: GetCodeImageImages,
    module: int | Unset = 10,
) -> Response[Detail | Detail | FieldErrors]:
    """Fetch the image of a code

     Its QR symbol as a file; a PDF has the id below it, on a page of 50 by 60 mm. A secure code is shown
    as SVG or PNG, with a specimen where its graphic stands: that itself is its printing partner's
    alone.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        id (str):
        images (GetCodeImageImages):
        module (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors]
    """

    kwargs = _get_kwargs(
        id=id,
        images=images,
        module=module,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient,
    images: GetCodeImageImages,
    module: int | Unset = 10,
) -> Detail | Detail | FieldErrors | None:
    """Fetch the image of a code

     Its QR symbol as a file; a PDF has the id below it, on a page of 50 by 60 mm. A secure code is shown
    as SVG or PNG, with a specimen where its graphic stands: that itself is its printing partner's
    alone.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        id (str):
        images (GetCodeImageImages):
        module (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors
    """

    return sync_detailed(
        id=id,
        client=client,
        images=images,
        module=module,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    images: GetCodeImageImages,
    module: int | Unset = 10,
) -> Response[Detail | Detail | FieldErrors]:
    """Fetch the image of a code

     Its QR symbol as a file; a PDF has the id below it, on a page of 50 by 60 mm. A secure code is shown
    as SVG or PNG, with a specimen where its graphic stands: that itself is its printing partner's
    alone.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        id (str):
        images (GetCodeImageImages):
        module (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors]
    """

    kwargs = _get_kwargs(
        id=id,
        images=images,
        module=module,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    images: GetCodeImageImages,
    module: int | Unset = 10,
) -> Detail | Detail | FieldErrors | None:
    """Fetch the image of a code

     Its QR symbol as a file; a PDF has the id below it, on a page of 50 by 60 mm. A secure code is shown
    as SVG or PNG, with a specimen where its graphic stands: that itself is its printing partner's
    alone.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        id (str):
        images (GetCodeImageImages):
        module (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            images=images,
            module=module,
        )
    ).parsed
