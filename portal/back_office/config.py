"""Makes the back office the site in which Django's admin registers all."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "portal.back_office.admin.BackOffice"
