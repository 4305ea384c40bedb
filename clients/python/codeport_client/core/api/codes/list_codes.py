import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.list_codes_activation_status import ListCodesActivationStatus
from ...models.list_codes_blacklist_reason import ListCodesBlacklistReason
from ...models.paginated_code_list import PaginatedCodeList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    activation_status: ListCodesActivationStatus | Unset = UNSET,
    after: str | Unset = UNSET,
    batch: int | Unset = UNSET,
    before: str | Unset = UNSET,
    blacklist_reason: ListCodesBlacklistReason | Unset = UNSET,
    company: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    extended_id: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    product: str | Unset = UNSET,
    scanned: bool | Unset = UNSET,
    search: str | Unset = UNSET,
    sequence_from: int | Unset = UNSET,
    sequence_to: int | Unset = UNSET,
    serial_number: str | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
    workorder: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_activation_status: int | Unset = UNSET
    if not isinstance(activation_status, Unset):
        json_activation_status = activation_status.value

    params["activation_status"] = json_activation_status

    params["after"] = after

    params["batch"] = batch

    params["before"] = before

    json_blacklist_reason: int | Unset = UNSET
    if not isinstance(blacklist_reason, Unset):
        json_blacklist_reason = blacklist_reason.value

    params["blacklist_reason"] = json_blacklist_reason

    params["company"] = company

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["extended_id"] = extended_id

    params["limit"] = limit

    params["offset"] = offset

    params["product"] = product

    params["scanned"] = scanned

    params["search"] = search

    params["sequence_from"] = sequence_from

    params["sequence_to"] = sequence_to

    params["serial_number"] = serial_number

    json_updated_after: str | Unset = UNSET
    if not isinstance(updated_after, Unset):
        json_updated_after = updated_after.isoformat()
    params["updated_after"] = json_updated_after

    json_updated_before: str | Unset = UNSET
    if not isinstance(updated_before, Unset):
        json_updated_before = updated_before.isoformat()
    params["updated_before"] = json_updated_before

    params["workorder"] = workorder

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/codes/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | PaginatedCodeList | None:
    if response.status_code == 200:
        response_200 = PaginatedCodeList.from_dict(response.json())

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
) -> Response[Detail | Detail | FieldErrors | PaginatedCodeList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    activation_status: ListCodesActivationStatus | Unset = UNSET,
    after: str | Unset = UNSET,
    batch: int | Unset = UNSET,
    before: str | Unset = UNSET,
    blacklist_reason: ListCodesBlacklistReason | Unset = UNSET,
    company: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    extended_id: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    product: str | Unset = UNSET,
    scanned: bool | Unset = UNSET,
    search: str | Unset = UNSET,
    sequence_from: int | Unset = UNSET,
    sequence_to: int | Unset = UNSET,
    serial_number: str | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
    workorder: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedCodeList]:
    """List codes, by id

     In the order of ids. Follow `next` to walk all of them; it names the last id, so a page costs the
    same however far it is. `count` is exact, or null where too many codes would have to be looked at.
    `scm_` and the name of a field, as in `scm_lot=B7`, asks for codes with exactly this value. Where
    codes are hard to find, as by a field without a workorder, a page may have few of them, or none, and
    `next`. Codes that are made during the walk join it where their ids belong, and are counted.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        activation_status (ListCodesActivationStatus | Unset):
        after (str | Unset):
        batch (int | Unset):
        before (str | Unset):
        blacklist_reason (ListCodesBlacklistReason | Unset):
        company (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        extended_id (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        product (str | Unset):
        scanned (bool | Unset):
        search (str | Unset):
        sequence_from (int | Unset):
        sequence_to (int | Unset):
        serial_number (str | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):
        workorder (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedCodeList]
    """

    kwargs = _get_kwargs(
        activation_status=activation_status,
        after=after,
        batch=batch,
        before=before,
        blacklist_reason=blacklist_reason,
        company=company,
        created_after=created_after,
        created_before=created_before,
        extended_id=extended_id,
        limit=limit,
        offset=offset,
        product=product,
        scanned=scanned,
        search=search,
        sequence_from=sequence_from,
        sequence_to=sequence_to,
        serial_number=serial_number,
        updated_after=updated_after,
        updated_before=updated_before,
        workorder=workorder,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    activation_status: ListCodesActivationStatus | Unset = UNSET,
    after: str | Unset = UNSET,
    batch: int | Unset = UNSET,
    before: str | Unset = UNSET,
    blacklist_reason: ListCodesBlacklistReason | Unset = UNSET,
    company: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    extended_id: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    product: str | Unset = UNSET,
    scanned: bool | Unset = UNSET,
    search: str | Unset = UNSET,
    sequence_from: int | Unset = UNSET,
    sequence_to: int | Unset = UNSET,
    serial_number: str | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
    workorder: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedCodeList | None:
    """List codes, by id

     In the order of ids. Follow `next` to walk all of them; it names the last id, so a page costs the
    same however far it is. `count` is exact, or null where too many codes would have to be looked at.
    `scm_` and the name of a field, as in `scm_lot=B7`, asks for codes with exactly this value. Where
    codes are hard to find, as by a field without a workorder, a page may have few of them, or none, and
    `next`. Codes that are made during the walk join it where their ids belong, and are counted.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        activation_status (ListCodesActivationStatus | Unset):
        after (str | Unset):
        batch (int | Unset):
        before (str | Unset):
        blacklist_reason (ListCodesBlacklistReason | Unset):
        company (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        extended_id (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        product (str | Unset):
        scanned (bool | Unset):
        search (str | Unset):
        sequence_from (int | Unset):
        sequence_to (int | Unset):
        serial_number (str | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):
        workorder (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedCodeList
    """

    return sync_detailed(
        client=client,
        activation_status=activation_status,
        after=after,
        batch=batch,
        before=before,
        blacklist_reason=blacklist_reason,
        company=company,
        created_after=created_after,
        created_before=created_before,
        extended_id=extended_id,
        limit=limit,
        offset=offset,
        product=product,
        scanned=scanned,
        search=search,
        sequence_from=sequence_from,
        sequence_to=sequence_to,
        serial_number=serial_number,
        updated_after=updated_after,
        updated_before=updated_before,
        workorder=workorder,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    activation_status: ListCodesActivationStatus | Unset = UNSET,
    after: str | Unset = UNSET,
    batch: int | Unset = UNSET,
    before: str | Unset = UNSET,
    blacklist_reason: ListCodesBlacklistReason | Unset = UNSET,
    company: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    extended_id: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    product: str | Unset = UNSET,
    scanned: bool | Unset = UNSET,
    search: str | Unset = UNSET,
    sequence_from: int | Unset = UNSET,
    sequence_to: int | Unset = UNSET,
    serial_number: str | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
    workorder: int | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | PaginatedCodeList]:
    """List codes, by id

     In the order of ids. Follow `next` to walk all of them; it names the last id, so a page costs the
    same however far it is. `count` is exact, or null where too many codes would have to be looked at.
    `scm_` and the name of a field, as in `scm_lot=B7`, asks for codes with exactly this value. Where
    codes are hard to find, as by a field without a workorder, a page may have few of them, or none, and
    `next`. Codes that are made during the walk join it where their ids belong, and are counted.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        activation_status (ListCodesActivationStatus | Unset):
        after (str | Unset):
        batch (int | Unset):
        before (str | Unset):
        blacklist_reason (ListCodesBlacklistReason | Unset):
        company (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        extended_id (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        product (str | Unset):
        scanned (bool | Unset):
        search (str | Unset):
        sequence_from (int | Unset):
        sequence_to (int | Unset):
        serial_number (str | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):
        workorder (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | PaginatedCodeList]
    """

    kwargs = _get_kwargs(
        activation_status=activation_status,
        after=after,
        batch=batch,
        before=before,
        blacklist_reason=blacklist_reason,
        company=company,
        created_after=created_after,
        created_before=created_before,
        extended_id=extended_id,
        limit=limit,
        offset=offset,
        product=product,
        scanned=scanned,
        search=search,
        sequence_from=sequence_from,
        sequence_to=sequence_to,
        serial_number=serial_number,
        updated_after=updated_after,
        updated_before=updated_before,
        workorder=workorder,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    activation_status: ListCodesActivationStatus | Unset = UNSET,
    after: str | Unset = UNSET,
    batch: int | Unset = UNSET,
    before: str | Unset = UNSET,
    blacklist_reason: ListCodesBlacklistReason | Unset = UNSET,
    company: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    extended_id: str | Unset = UNSET,
    limit: int | Unset = 20,
    offset: int | Unset = 0,
    product: str | Unset = UNSET,
    scanned: bool | Unset = UNSET,
    search: str | Unset = UNSET,
    sequence_from: int | Unset = UNSET,
    sequence_to: int | Unset = UNSET,
    serial_number: str | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
    workorder: int | Unset = UNSET,
) -> Detail | Detail | FieldErrors | PaginatedCodeList | None:
    """List codes, by id

     In the order of ids. Follow `next` to walk all of them; it names the last id, so a page costs the
    same however far it is. `count` is exact, or null where too many codes would have to be looked at.
    `scm_` and the name of a field, as in `scm_lot=B7`, asks for codes with exactly this value. Where
    codes are hard to find, as by a field without a workorder, a page may have few of them, or none, and
    `next`. Codes that are made during the walk join it where their ids belong, and are counted.

    Needs the permission `codes_view` or `workorder_view`.

    Args:
        activation_status (ListCodesActivationStatus | Unset):
        after (str | Unset):
        batch (int | Unset):
        before (str | Unset):
        blacklist_reason (ListCodesBlacklistReason | Unset):
        company (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        extended_id (str | Unset):
        limit (int | Unset):  Default: 20.
        offset (int | Unset):  Default: 0.
        product (str | Unset):
        scanned (bool | Unset):
        search (str | Unset):
        sequence_from (int | Unset):
        sequence_to (int | Unset):
        serial_number (str | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):
        workorder (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | PaginatedCodeList
    """

    return (
        await asyncio_detailed(
            client=client,
            activation_status=activation_status,
            after=after,
            batch=batch,
            before=before,
            blacklist_reason=blacklist_reason,
            company=company,
            created_after=created_after,
            created_before=created_before,
            extended_id=extended_id,
            limit=limit,
            offset=offset,
            product=product,
            scanned=scanned,
            search=search,
            sequence_from=sequence_from,
            sequence_to=sequence_to,
            serial_number=serial_number,
            updated_after=updated_after,
            updated_before=updated_before,
            workorder=workorder,
        )
    ).parsed
