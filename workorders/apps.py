from django.apps import AppConfig


class WorkordersConfig(AppConfig):
    name = "workorders"
    verbose_name = "Workorders"

    def ready(self) -> None:
        """Register the system checks."""
        import workorders.codes.address_checks  # noqa: F401
