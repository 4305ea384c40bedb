from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.export_request import ExportRequest
from ...models.field_errors import FieldErrors
from ...models.start_export_response_202 import StartExportResponse202
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ExportRequest,
    company: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    params: dict[str, Any] = {}

    params["company"] = company

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/codes/download/",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | StartExportResponse202 | None:
    if response.status_code == 202:
        response_202 = StartExportResponse202.from_dict(response.json())

        return response_202

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

    if response.status_code == 413:
        response_413 = Detail.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Detail.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = Detail.from_dict(response.json())

        return response_422

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
) -> Response[Detail | Detail | FieldErrors | StartExportResponse202]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ExportRequest,
    company: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | StartExportResponse202]:
    """Export codes

     A file of all codes that the filters find when a worker begins, in the order of their ids: with
    product, status, who changed and who activated each and when, workorder, URL, and a column for each
    SCM field (in jsonl the object `scm_data`). `epcis` is an EPCIS 2.0 document in JSON-LD instead: the
    events by which codes were commissioned and decommissioned. A workbook takes 1,000,000 codes at
    most. Fetch the file at `url`; it is deleted after 7 days.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        idempotency_key (str | Unset):
        body (ExportRequest): Which codes, and as what file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | StartExportResponse202]
    """

    kwargs = _get_kwargs(
        body=body,
        company=company,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: ExportRequest,
    company: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Detail | Detail | FieldErrors | StartExportResponse202 | None:
    """Export codes

     A file of all codes that the filters find when a worker begins, in the order of their ids: with
    product, status, who changed and who activated each and when, workorder, URL, and a column for each
    SCM field (in jsonl the object `scm_data`). `epcis` is an EPCIS 2.0 document in JSON-LD instead: the
    events by which codes were commissioned and decommissioned. A workbook takes 1,000,000 codes at
    most. Fetch the file at `url`; it is deleted after 7 days.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        idempotency_key (str | Unset):
        body (ExportRequest): Which codes, and as what file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | StartExportResponse202
    """

    return sync_detailed(
        client=client,
        body=body,
        company=company,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ExportRequest,
    company: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | StartExportResponse202]:
    """Export codes

     A file of all codes that the filters find when a worker begins, in the order of their ids: with
    product, status, who changed and who activated each and when, workorder, URL, and a column for each
    SCM field (in jsonl the object `scm_data`). `epcis` is an EPCIS 2.0 document in JSON-LD instead: the
    events by which codes were commissioned and decommissioned. A workbook takes 1,000,000 codes at
    most. Fetch the file at `url`; it is deleted after 7 days.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        idempotency_key (str | Unset):
        body (ExportRequest): Which codes, and as what file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | StartExportResponse202]
    """

    kwargs = _get_kwargs(
        body=body,
        company=company,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ExportRequest,
    company: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Detail | Detail | FieldErrors | StartExportResponse202 | None:
    """Export codes

     A file of all codes that the filters find when a worker begins, in the order of their ids: with
    product, status, who changed and who activated each and when, workorder, URL, and a column for each
    SCM field (in jsonl the object `scm_data`). `epcis` is an EPCIS 2.0 document in JSON-LD instead: the
    events by which codes were commissioned and decommissioned. A workbook takes 1,000,000 codes at
    most. Fetch the file at `url`; it is deleted after 7 days.

    Needs the permission `codes_view`.

    Args:
        company (str | Unset):
        idempotency_key (str | Unset):
        body (ExportRequest): Which codes, and as what file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | StartExportResponse202
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            company=company,
            idempotency_key=idempotency_key,
        )
    ).parsed
