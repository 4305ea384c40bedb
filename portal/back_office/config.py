"""Makes the back office the site in which Django's admin registers all."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class BackOfficeConfig(SimpleAdminConfig):
    """Leaves it to `portal.urls` to have models registered: what has no pages need not import the back office."""

    default_site = "portal.back_office.admin.BackOffice"

    def ready(self) -> None:
        """Register Django's checks, which are to find the models."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_registered, checks.Tags.admin)


def check_registered(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Check all models of the back office as Django does."""
    admin.autodiscover()
    return check_admin_app(app_configs, **options)
