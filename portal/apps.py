from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Companies and people"

    def ready(self) -> None:
        """Connect what listens to signals."""
        import portal.second_step
        import portal.security_log  # noqa: F401
