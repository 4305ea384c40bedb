"""SSC workorders for tests, in any state."""

from __future__ import annotations

from typing import Any

from tests.support.demo import Demo
from workorders.models import Equipment, Substrate, Workorder, WorkorderTemplate
from workorders.secure import workflow
from workorders.secure.orders import SecureOrder, order_secure_codes

VALID = {"calibrated_on": "2026-01-01", "calibrated_until": "2099-12-31"}


def a_secure_order(demo: Demo, reference: str = "Secure", quantity: int = 100, **changes: Any) -> Workorder:
    """A new SSC workorder of the demo company, for PrintCo."""
    fields: dict[str, Any] = {"layout": "inside", "printing_partner": demo.printco, "url_prefix": "https://demo.test/"}
    return order_secure_codes(SecureOrder(reference, quantity, **(fields | changes)), demo.company, demo.staff)


def a_template(demo: Demo, name: str = "Bottles", **changes: Any) -> WorkorderTemplate:
    """A template of the demo company."""
    fields = {"layout": "outside_hybrid", "printing_partner": demo.printco, "use_serial_number": True}
    return WorkorderTemplate.objects.create(company=demo.company, name=name, **(fields | changes))


def printers_own(demo: Demo) -> tuple[Equipment, Substrate]:
    """A machine and a material of PrintCo's."""
    machine, _ = Equipment.objects.get_or_create(company=demo.printco, name="Press 7", defaults={"dpi": 1200, **VALID})
    material, _ = Substrate.objects.get_or_create(company=demo.printco, name="Coated 90 g", defaults=VALID)
    return machine, material


def brought_to(workorder: Workorder, state: str, demo: Demo) -> Workorder:
    """The workorder after the steps that lead to `state`."""
    if state == "cancelled":
        workflow.cancel(workorder, demo.admin)
    if state in ("ready_to_print", "printed", "completed"):
        workflow.confirm(workorder, demo.printer, *printers_own(demo))
    if state in ("printed", "completed"):
        workflow.mark_printed(workorder, demo.printer, 100, 5)
    if state == "completed":
        workflow.complete(workorder, demo.staff)
    return workorder
