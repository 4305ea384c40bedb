from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...models.ingestion_template_request import IngestionTemplateRequest
from ...models.template_row import TemplateRow
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: IngestionTemplateRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/ingestion/templates/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Detail | Detail | FieldErrors | TemplateRow | None:
    if response.status_code == 201:
        response_201 = TemplateRow.from_dict(response.json())

        return response_201

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
) -> Response[Detail | Detail | FieldErrors | TemplateRow]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: IngestionTemplateRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | TemplateRow]:
    """Keep options of uploads under a name

     The options are those of `process` that may hold for several uploads, checked as there. They are
    checked again when the template is used.

    Needs the permission `ingestion_code_create`.

    Args:
        idempotency_key (str | Unset):
        body (IngestionTemplateRequest): The name and options of a template. The context holds the
            company.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | TemplateRow]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: IngestionTemplateRequest,
    idempotency_key: str | Unset = UNSET,
) -> Detail | Detail | FieldErrors | TemplateRow | None:
    """Keep options of uploads under a name

     The options are those of `process` that may hold for several uploads, checked as there. They are
    checked again when the template is used.

    Needs the permission `ingestion_code_create`.

    Args:
        idempotency_key (str | Unset):
        body (IngestionTemplateRequest): The name and options of a template. The context holds the
            company.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | TemplateRow
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: IngestionTemplateRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Detail | Detail | FieldErrors | TemplateRow]:
    """Keep options of uploads under a name

     The options are those of `process` that may hold for several uploads, checked as there. They are
    checked again when the template is used.

    Needs the permission `ingestion_code_create`.

    Args:
        idempotency_key (str | Unset):
        body (IngestionTemplateRequest): The name and options of a template. The context holds the
            company.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Detail | Detail | FieldErrors | TemplateRow]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: IngestionTemplateRequest,
    idempotency_key: str | Unset = UNSET,
) -> Detail | Detail | FieldErrors | TemplateRow | None:
    """Keep options of uploads under a name

     The options are those of `process` that may hold for several uploads, checked as there. They are
    checked again when the template is used.

    Needs the permission `ingestion_code_create`.

    Args:
        idempotency_key (str | Unset):
        body (IngestionTemplateRequest): The name and options of a template. The context holds the
            company.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Detail | Detail | FieldErrors | TemplateRow
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
