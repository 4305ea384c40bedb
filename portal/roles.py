"""Roles are groups; what each may do stands in one table."""

from typing import Any

from django.contrib.auth.models import Group, Permission

ROLES: dict[str, tuple[str, ...]] = {
    "staff": (
        "ingestion_code_create",
        "ingestion_view",
        "workorder_view",
        "workorder_create",
        "workorder_download",
        "workorder_sid_download",
        "codes_view",
        "scm_code_edit",
        "scm_bulk_edit",
        "product_view",
        "product_edit",
    ),
    "admin": (
        "ingestion_code_create",
        "ingestion_view",
        "ingestion_cancel",
        "workorder_view",
        "workorder_create",
        "workorder_download",
        "workorder_sid_download",
        "workorder_archive",
        "workorder_cancel",
        "workorder_print",
        "codes_view",
        "scm_code_edit",
        "scm_bulk_edit",
        "scm_undo",
        "ingestion_withdraw",
        "product_view",
        "product_edit",
        "company_people",
        "company_tokens",
        "company_scan_limit",
        "company_settings",
    ),
    "support": ("ingestion_view", "workorder_view", "codes_view", "company_view_all"),
    "operator": ("ingestion_view", "workorder_view", "codes_view", "company_view_all", "portal_operate"),
    "printer": ("workorder_view", "workorder_download", "workorder_print"),
}

ROLES_OF_KIND: dict[str | None, tuple[str, ...]] = {
    "brand_owner": ("staff", "admin"),
    "printing_partner": ("printer", "admin"),
    "former": (),
    None: ("support", "operator"),
}
"""The roles that a person can hold by the kind of the company, None for people of no company.

Any other role that somebody was given all the same counts for nothing.
"""

CODENAMES = frozenset(codename for codenames in ROLES.values() for codename in codenames)


def sync_roles(**_: Any) -> None:
    """Make the groups of `ROLES` and give each exactly its permissions; safe to repeat."""
    for role, codenames in ROLES.items():
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(Permission.objects.filter(codename__in=codenames))
