from django.apps import AppConfig
from django.db.backends.signals import connection_created

from portal.connections import set_up


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Companies and people"

    def ready(self) -> None:
        """Connect what listens to signals, and what makes letters."""
        import portal.invitation_letters
        import portal.second_step
        import portal.security_log  # noqa: F401

        connection_created.connect(set_up, dispatch_uid="portal.connections")
