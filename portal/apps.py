from django.apps import AppConfig
from django.db.backends.signals import connection_created

from portal.database.connections import set_up
from portal.database.replica import keep_line


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Companies and people"

    def ready(self) -> None:
        """Connect what listens to signals, what makes letters, and the system checks."""
        import portal.accounts.invitation_letters
        import portal.accounts.role_checks
        import portal.accounts.second_step
        import portal.accounts.security_log
        import portal.database.encoding_check  # noqa: F401  # it registers its check

        connection_created.connect(set_up, dispatch_uid="portal.database.connections")
        connection_created.connect(keep_line, dispatch_uid="portal.database.replica")
