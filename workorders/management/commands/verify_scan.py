"""`verify_scan FILE --workorder ID`: is a scanned code an original or a copy?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from portal.database.encryption import SecretLost
from portal.management.own_command import OwnCommand
from portal.values.whole_numbers import whole_argument
from workorders.deliveries.graphic import load_graphic
from workorders.models import Workorder
from workorders.rendering.secure_verifier import Unusable, read_scan, verify


class Command(OwnCommand):
    help = "Compares the secure graphic in a scan with that of a workorder. Ends with 1 unless it is an original."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a PNG in grey of one code, 1.5 pixels or more a printed dot")
        parser.add_argument(
            "--workorder", type=whole_argument, required=True, help="its id, as in the address of its page"
        )
        parser.add_argument("--threshold", type=float, help="the least correlation of an original on this equipment")

    def handle(self, **options: Any) -> None:
        pk, threshold = options["workorder"], options["threshold"]
        if threshold is not None and not 0 < threshold <= 1:
            raise CommandError(f"--threshold must be above 0 and at most 1, as a correlation is, not {threshold}.")
        workorder = Workorder.objects.select_related("equipment").filter(pk=pk, type=Workorder.Type.SSC).first()
        if workorder is None or workorder.equipment is None:
            raise CommandError(f"There is no workorder {pk} of secure codes whose equipment was confirmed.")
        try:
            verdict = verify(read_scan(Path(options["file"])), load_graphic(workorder), threshold)
        except (SecretLost, Unusable) as error:
            raise CommandError(str(error)) from None
        said = f"{verdict.url}, correlation {verdict.fine:.2f} of at least {verdict.threshold:.2f}"
        if not verdict.is_original:
            raise CommandError(f"copy or foreign: {said}")
        self.stdout.write(f"original: {said}")
