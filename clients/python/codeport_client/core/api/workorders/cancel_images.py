from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cancel_images_images import CancelImagesImages
from ...models.cancel_images_level import CancelImagesLevel
from ...models.detail import Detail
from ...models.field_errors import FieldErrors
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: int,
    *,
    column_gap: float | Unset = 0.0,
    columns: int | Unset = 1,
    images: CancelImagesImages | Unset = UNSET,
    label_height: float | Unset = UNSET,
    label_width: float | Unset = UNSET,
    level: CancelImagesLevel | Unset = CancelImagesLevel.M,
    module: int | Unset = 10,
    page_height: float | Unset = UNSET,
    page_width: float | Unset = UNSET,
    quiet_zone: int | Unset = 4,
    row_gap: float | Unset = 0.0,
    rows: int | Unset = 1,
    text: str | Unset = "",
    version: int | None | Unset = UNSET,
    with_id: bool | Unset = False,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["column_gap"] = column_gap

    params["columns"] = columns

    json_images: str | Unset = UNSET
    if not isinstance(images, Unset):
        json_images = images.value

    params["images"] = json_images

    params["label_height"] = label_height

    params["label_width"] = label_width

    json_level: str | Unset = UNSET
    if not isinstance(level, Unset):
        json_level = level.value

    params["level"] = json_level

    params["module"] = module

    params["page_height"] = page_height

    params["page_width"] = page_width

    params["quiet_zone"] = quiet_zone

    params["row_gap"] = row_gap

    params["rows"] = rows

    params["text"] = text

    json_version: int | None | Unset
    if isinstance(version, Unset):
        json_version = UNSET
    else:
        json_version = version
    params["version"] = json_version

    params["with_id"] = with_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/v2/workorders/{id}/download/".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Detail | Detail | FieldErrors | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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

    if response.status_code == 413:
        response_413 = Detail.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Detail.from_dict(response.json())

        return response_415

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
) -> Response[Any | Detail | Detail | FieldErrors]:
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
    column_gap: float | Unset = 0.0,
    columns: int | Unset = 1,
    images: CancelImagesImages | Unset = UNSET,
    label_height: float | Unset = UNSET,
    label_width: float | Unset = UNSET,
    level: CancelImagesLevel | Unset = CancelImagesLevel.M,
    module: int | Unset = 10,
    page_height: float | Unset = UNSET,
    page_width: float | Unset = UNSET,
    quiet_zone: int | Unset = 4,
    row_gap: float | Unset = 0.0,
    rows: int | Unset = 1,
    text: str | Unset = "",
    version: int | None | Unset = UNSET,
    with_id: bool | Unset = False,
) -> Response[Any | Detail | Detail | FieldErrors]:
    """Cancel the making of images

     Named by the same parameters; 404 when they are not being made. They can be asked for again.

    Needs the permission `workorder_download`.

    Args:
        id (int):
        column_gap (float | Unset):  Default: 0.0.
        columns (int | Unset):  Default: 1.
        images (CancelImagesImages | Unset):
        label_height (float | Unset):
        label_width (float | Unset):
        level (CancelImagesLevel | Unset):  Default: CancelImagesLevel.M.
        module (int | Unset):  Default: 10.
        page_height (float | Unset):
        page_width (float | Unset):
        quiet_zone (int | Unset):  Default: 4.
        row_gap (float | Unset):  Default: 0.0.
        rows (int | Unset):  Default: 1.
        text (str | Unset):  Default: ''.
        version (int | None | Unset):
        with_id (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Detail | Detail | FieldErrors]
    """

    kwargs = _get_kwargs(
        id=id,
        column_gap=column_gap,
        columns=columns,
        images=images,
        label_height=label_height,
        label_width=label_width,
        level=level,
        module=module,
        page_height=page_height,
        page_width=page_width,
        quiet_zone=quiet_zone,
        row_gap=row_gap,
        rows=rows,
        text=text,
        version=version,
        with_id=with_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: int,
    *,
    client: AuthenticatedClient,
    column_gap: float | Unset = 0.0,
    columns: int | Unset = 1,
    images: CancelImagesImages | Unset = UNSET,
    label_height: float | Unset = UNSET,
    label_width: float | Unset = UNSET,
    level: CancelImagesLevel | Unset = CancelImagesLevel.M,
    module: int | Unset = 10,
    page_height: float | Unset = UNSET,
    page_width: float | Unset = UNSET,
    quiet_zone: int | Unset = 4,
    row_gap: float | Unset = 0.0,
    rows: int | Unset = 1,
    text: str | Unset = "",
    version: int | None | Unset = UNSET,
    with_id: bool | Unset = False,
) -> Any | Detail | Detail | FieldErrors | None:
    """Cancel the making of images

     Named by the same parameters; 404 when they are not being made. They can be asked for again.

    Needs the permission `workorder_download`.

    Args:
        id (int):
        column_gap (float | Unset):  Default: 0.0.
        columns (int | Unset):  Default: 1.
        images (CancelImagesImages | Unset):
        label_height (float | Unset):
        label_width (float | Unset):
        level (CancelImagesLevel | Unset):  Default: CancelImagesLevel.M.
        module (int | Unset):  Default: 10.
        page_height (float | Unset):
        page_width (float | Unset):
        quiet_zone (int | Unset):  Default: 4.
        row_gap (float | Unset):  Default: 0.0.
        rows (int | Unset):  Default: 1.
        text (str | Unset):  Default: ''.
        version (int | None | Unset):
        with_id (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Detail | Detail | FieldErrors
    """

    return sync_detailed(
        id=id,
        client=client,
        column_gap=column_gap,
        columns=columns,
        images=images,
        label_height=label_height,
        label_width=label_width,
        level=level,
        module=module,
        page_height=page_height,
        page_width=page_width,
        quiet_zone=quiet_zone,
        row_gap=row_gap,
        rows=rows,
        text=text,
        version=version,
        with_id=with_id,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    column_gap: float | Unset = 0.0,
    columns: int | Unset = 1,
    images: CancelImagesImages | Unset = UNSET,
    label_height: float | Unset = UNSET,
    label_width: float | Unset = UNSET,
    level: CancelImagesLevel | Unset = CancelImagesLevel.M,
    module: int | Unset = 10,
    page_height: float | Unset = UNSET,
    page_width: float | Unset = UNSET,
    quiet_zone: int | Unset = 4,
    row_gap: float | Unset = 0.0,
    rows: int | Unset = 1,
    text: str | Unset = "",
    version: int | None | Unset = UNSET,
    with_id: bool | Unset = False,
) -> Response[Any | Detail | Detail | FieldErrors]:
    """Cancel the making of images

     Named by the same parameters; 404 when they are not being made. They can be asked for again.

    Needs the permission `workorder_download`.

    Args:
        id (int):
        column_gap (float | Unset):  Default: 0.0.
        columns (int | Unset):  Default: 1.
        images (CancelImagesImages | Unset):
        label_height (float | Unset):
        label_width (float | Unset):
        level (CancelImagesLevel | Unset):  Default: CancelImagesLevel.M.
        module (int | Unset):  Default: 10.
        page_height (float | Unset):
        page_width (float | Unset):
        quiet_zone (int | Unset):  Default: 4.
        row_gap (float | Unset):  Default: 0.0.
        rows (int | Unset):  Default: 1.
        text (str | Unset):  Default: ''.
        version (int | None | Unset):
        with_id (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Detail | Detail | FieldErrors]
    """

    kwargs = _get_kwargs(
        id=id,
        column_gap=column_gap,
        columns=columns,
        images=images,
        label_height=label_height,
        label_width=label_width,
        level=level,
        module=module,
        page_height=page_height,
        page_width=page_width,
        quiet_zone=quiet_zone,
        row_gap=row_gap,
        rows=rows,
        text=text,
        version=version,
        with_id=with_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    column_gap: float | Unset = 0.0,
    columns: int | Unset = 1,
    images: CancelImagesImages | Unset = UNSET,
    label_height: float | Unset = UNSET,
    label_width: float | Unset = UNSET,
    level: CancelImagesLevel | Unset = CancelImagesLevel.M,
    module: int | Unset = 10,
    page_height: float | Unset = UNSET,
    page_width: float | Unset = UNSET,
    quiet_zone: int | Unset = 4,
    row_gap: float | Unset = 0.0,
    rows: int | Unset = 1,
    text: str | Unset = "",
    version: int | None | Unset = UNSET,
    with_id: bool | Unset = False,
) -> Any | Detail | Detail | FieldErrors | None:
    """Cancel the making of images

     Named by the same parameters; 404 when they are not being made. They can be asked for again.

    Needs the permission `workorder_download`.

    Args:
        id (int):
        column_gap (float | Unset):  Default: 0.0.
        columns (int | Unset):  Default: 1.
        images (CancelImagesImages | Unset):
        label_height (float | Unset):
        label_width (float | Unset):
        level (CancelImagesLevel | Unset):  Default: CancelImagesLevel.M.
        module (int | Unset):  Default: 10.
        page_height (float | Unset):
        page_width (float | Unset):
        quiet_zone (int | Unset):  Default: 4.
        row_gap (float | Unset):  Default: 0.0.
        rows (int | Unset):  Default: 1.
        text (str | Unset):  Default: ''.
        version (int | None | Unset):
        with_id (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Detail | Detail | FieldErrors
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            column_gap=column_gap,
            columns=columns,
            images=images,
            label_height=label_height,
            label_width=label_width,
            level=level,
            module=module,
            page_height=page_height,
            page_width=page_width,
            quiet_zone=quiet_zone,
            row_gap=row_gap,
            rows=rows,
            text=text,
            version=version,
            with_id=with_id,
        )
    ).parsed
