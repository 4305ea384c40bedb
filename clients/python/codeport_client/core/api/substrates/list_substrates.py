from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.list_substrates_state import ListSubstratesState
from ...models.paginated_substrate_list import PaginatedSubstrateList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: str | Unset = UNSET,
    is_archived: bool | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    ordering: str | Unset = UNSET,
    search: str | Unset = UNSET,
    state: ListSubstratesState | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["is_archived"] = is_archived

    params["limit"] = limit

    params["offset"] = offset

    params["ordering"] = ordering

    params["search"] = search

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state.value

    params["state"] = json_state

    params["up_to"] = up_to

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/substrates/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | PaginatedSubstrateList | None:
    if response.status_code == 200:
        response_200 = PaginatedSubstrateList.from_dict(response.json())

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
) -> Response[Detail | Detail | FieldErrors | PaginatedSubstrateList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    is_archived: bool | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    ordering: str | Unset = UNSET,
    search: str | Unset = UNSET,
    state: ListSubstratesState | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedSubstrateList]:
    """List substrates

     Needs the permission `workorder_print`.

    Args:
        after (str | Unset):
        is_archived (bool | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        ordering (str | Unset):
        search (str | Unset):
        state (ListSubstratesState | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedSubstrateList]
    """

    kwargs = _get_kwargs(
        after=after,
        is_archived=is_archived,
        limit=limit,
        offset=offset,
        ordering=ordering,
        search=search,
        state=state,
        up_to=up_to,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    is_archived: bool | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    ordering: str | Unset = UNSET,
    search: str | Unset = UNSET,
    state: ListSubstratesState | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedSubstrateList | None:
    """List substrates

     Needs the permission `workorder_print`.

    Args:
        after (str | Unset):
        is_archived (bool | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        ordering (str | Unset):
        search (str | Unset):
        state (ListSubstratesState | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedSubstrateList
    """

    return sync_detailed(
        client=client,
        after=after,
        is_archived=is_archived,
        limit=limit,
        offset=offset,
        ordering=ordering,
        search=search,
        state=state,
        up_to=up_to,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    is_archived: bool | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    ordering: str | Unset = UNSET,
    search: str | Unset = UNSET,
    state: ListSubstratesState | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedSubstrateList]:
    """List substrates

     Needs the permission `workorder_print`.

    Args:
        after (str | Unset):
        is_archived (bool | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        ordering (str | Unset):
        search (str | Unset):
        state (ListSubstratesState | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedSubstrateList]
    """

    kwargs = _get_kwargs(
        after=after,
        is_archived=is_archived,
        limit=limit,
        offset=offset,
        ordering=ordering,
        search=search,
        state=state,
        up_to=up_to,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    is_archived: bool | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    ordering: str | Unset = UNSET,
    search: str | Unset = UNSET,
    state: ListSubstratesState | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedSubstrateList | None:
    """List substrates

     Needs the permission `workorder_print`.

    Args:
        after (str | Unset):
        is_archived (bool | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        ordering (str | Unset):
        search (str | Unset):
        state (ListSubstratesState | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedSubstrateList
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            is_archived=is_archived,
            limit=limit,
            offset=offset,
            ordering=ordering,
            search=search,
            state=state,
            up_to=up_to,
        )
    ).parsed
