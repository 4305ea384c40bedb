from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.paginated_event_list import PaginatedEventList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: int,
    *,
    after: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    up_to: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    params["offset"] = offset

    params["up_to"] = up_to

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/workorders/{id}/timeline/".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | PaginatedEventList | None:
    if response.status_code == 200:
        response_200 = PaginatedEventList.from_dict(response.json())

        return response_200

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
) -> Response[Detail | Detail | FieldErrors | PaginatedEventList]:
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
    after: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    up_to: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedEventList]:
    """List what happened to a workorder

     Its steps and downloads, first things first, as its page shows them. `what` names the kind of step,
    `text` says it in words. A printing partner is not told who of the brand owner downloaded what.

    Needs the permission `workorder_view`.

    Args:
        id (int):
        after (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedEventList]
    """

    kwargs = _get_kwargs(
        id=id,
        after=after,
        limit=limit,
        offset=offset,
        up_to=up_to,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: int,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    up_to: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedEventList | None:
    """List what happened to a workorder

     Its steps and downloads, first things first, as its page shows them. `what` names the kind of step,
    `text` says it in words. A printing partner is not told who of the brand owner downloaded what.

    Needs the permission `workorder_view`.

    Args:
        id (int):
        after (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedEventList
    """

    return sync_detailed(
        id=id,
        client=client,
        after=after,
        limit=limit,
        offset=offset,
        up_to=up_to,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    up_to: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedEventList]:
    """List what happened to a workorder

     Its steps and downloads, first things first, as its page shows them. `what` names the kind of step,
    `text` says it in words. A printing partner is not told who of the brand owner downloaded what.

    Needs the permission `workorder_view`.

    Args:
        id (int):
        after (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedEventList]
    """

    kwargs = _get_kwargs(
        id=id,
        after=after,
        limit=limit,
        offset=offset,
        up_to=up_to,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    up_to: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedEventList | None:
    """List what happened to a workorder

     Its steps and downloads, first things first, as its page shows them. `what` names the kind of step,
    `text` says it in words. A printing partner is not told who of the brand owner downloaded what.

    Needs the permission `workorder_view`.

    Args:
        id (int):
        after (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedEventList
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            after=after,
            limit=limit,
            offset=offset,
            up_to=up_to,
        )
    ).parsed
