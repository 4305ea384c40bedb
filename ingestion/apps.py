from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IngestionConfig(AppConfig):
    name = "ingestion"
    verbose_name = "Ingestion"

    def ready(self) -> None:
        from portal.roles import sync_roles  # models cannot be imported before the apps are ready

        # The last of all apps: every permission exists by the time its signal comes.
        post_migrate.connect(sync_roles, sender=self)
