from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.list_errors_error import ListErrorsError
from ...models.paginated_error_list import PaginatedErrorList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    key: str,
    *,
    after: str | Unset = UNSET,
    error: ListErrorsError | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    search: str | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    json_error: str | Unset = UNSET
    if not isinstance(error, Unset):
        json_error = error.value

    params["error"] = json_error

    params["limit"] = limit

    params["offset"] = offset

    params["search"] = search

    params["up_to"] = up_to

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/ingestion/{key}/errors/".format(
            key=quote(str(key), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | PaginatedErrorList | None:
    if response.status_code == 200:
        response_200 = PaginatedErrorList.from_dict(response.json())

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

    if response.status_code == 410:

        def _parse_response_410(data: object) -> Detail | FieldErrors:
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

        response_410 = _parse_response_410(response.json())

        return response_410

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
) -> Response[Detail | Detail | FieldErrors | PaginatedErrorList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    key: str,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    error: ListErrorsError | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    search: str | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedErrorList]:
    """List the errors of a record

     Everything wrong with the record's file, in the order of its rows. `row` is what a spreadsheet
    shows, the header is 1; null is the file as a whole.

    Needs the permission `ingestion_view`.

    Args:
        key (str):
        after (str | Unset):
        error (ListErrorsError | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        search (str | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedErrorList]
    """

    kwargs = _get_kwargs(
        key=key,
        after=after,
        error=error,
        limit=limit,
        offset=offset,
        search=search,
        up_to=up_to,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    key: str,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    error: ListErrorsError | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    search: str | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedErrorList | None:
    """List the errors of a record

     Everything wrong with the record's file, in the order of its rows. `row` is what a spreadsheet
    shows, the header is 1; null is the file as a whole.

    Needs the permission `ingestion_view`.

    Args:
        key (str):
        after (str | Unset):
        error (ListErrorsError | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        search (str | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedErrorList
    """

    return sync_detailed(
        key=key,
        client=client,
        after=after,
        error=error,
        limit=limit,
        offset=offset,
        search=search,
        up_to=up_to,
    ).parsed


async def asyncio_detailed(
    key: str,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    error: ListErrorsError | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    search: str | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedErrorList]:
    """List the errors of a record

     Everything wrong with the record's file, in the order of its rows. `row` is what a spreadsheet
    shows, the header is 1; null is the file as a whole.

    Needs the permission `ingestion_view`.

    Args:
        key (str):
        after (str | Unset):
        error (ListErrorsError | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        search (str | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedErrorList]
    """

    kwargs = _get_kwargs(
        key=key,
        after=after,
        error=error,
        limit=limit,
        offset=offset,
        search=search,
        up_to=up_to,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    key: str,
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    error: ListErrorsError | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    search: str | Unset = UNSET,
    up_to: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedErrorList | None:
    """List the errors of a record

     Everything wrong with the record's file, in the order of its rows. `row` is what a spreadsheet
    shows, the header is 1; null is the file as a whole.

    Needs the permission `ingestion_view`.

    Args:
        key (str):
        after (str | Unset):
        error (ListErrorsError | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        search (str | Unset):
        up_to (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedErrorList
    """

    return (
        await asyncio_detailed(
            key=key,
            client=client,
            after=after,
            error=error,
            limit=limit,
            offset=offset,
            search=search,
            up_to=up_to,
        )
    ).parsed
