import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.scan_days import ScanDays
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    company: str | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["company"] = company

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    json_until: str | Unset = UNSET
    if not isinstance(until, Unset):
        json_until = until.isoformat()
    params["until"] = json_until

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/scans/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | ScanDays | None:
    if response.status_code == 200:
        response_200 = ScanDays.from_dict(response.json())

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
) -> Response[Detail | Detail | FieldErrors | ScanDays]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    company: str | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | ScanDays]:
    """Look at scans by day

     How often the public pages of a company's codes were opened on each day, in UTC. A scan is a GET by
    which the code is shown, whatever its status; it is counted within half a minute. What a browser or
    cache shows again by itself, for a minute at most, is none. Nothing is kept of who asked.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | ScanDays]
    """

    kwargs = _get_kwargs(
        company=company,
        since=since,
        until=until,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    company: str | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Detail | Detail | FieldErrors | ScanDays | None:
    """Look at scans by day

     How often the public pages of a company's codes were opened on each day, in UTC. A scan is a GET by
    which the code is shown, whatever its status; it is counted within half a minute. What a browser or
    cache shows again by itself, for a minute at most, is none. Nothing is kept of who asked.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | ScanDays
    """

    return sync_detailed(
        client=client,
        company=company,
        since=since,
        until=until,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    company: str | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | ScanDays]:
    """Look at scans by day

     How often the public pages of a company's codes were opened on each day, in UTC. A scan is a GET by
    which the code is shown, whatever its status; it is counted within half a minute. What a browser or
    cache shows again by itself, for a minute at most, is none. Nothing is kept of who asked.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | ScanDays]
    """

    kwargs = _get_kwargs(
        company=company,
        since=since,
        until=until,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    company: str | Unset = UNSET,
    since: datetime.date | Unset = UNSET,
    until: datetime.date | Unset = UNSET,
) -> Detail | Detail | FieldErrors | ScanDays | None:
    """Look at scans by day

     How often the public pages of a company's codes were opened on each day, in UTC. A scan is a GET by
    which the code is shown, whatever its status; it is counted within half a minute. What a browser or
    cache shows again by itself, for a minute at most, is none. Nothing is kept of who asked.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        since (datetime.date | Unset):
        until (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | ScanDays
    """

    return (
        await asyncio_detailed(
            client=client,
            company=company,
            since=since,
            until=until,
        )
    ).parsed
