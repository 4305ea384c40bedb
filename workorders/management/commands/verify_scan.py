"""`verify_scan FILE --workorder ID --layout NAME --dpi DPI --secret FILE`: is a scanned code an original or a copy?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workorders.secure_graphic import SecretLost, secure_graphic
from workorders.secure_verifier import Unusable, read_scan, verify


class Command(BaseCommand):
    help = "Compares the secure graphic in a scan with that of a workorder. Ends with 1 unless it is an original."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a PNG in grey of one code, 1.5 pixels or more a printed dot")
        parser.add_argument("--workorder", type=int, required=True, help="its id")
        parser.add_argument("--layout", required=True, help="inside, outside, inside_hybrid or outside_hybrid")
        parser.add_argument("--dpi", type=int, required=True, help="the resolution it was printed at")
        parser.add_argument("--secret", type=Path, required=True, help="a file with the workorder's encrypted secret")
        parser.add_argument("--threshold", type=float, help="the least correlation of an original on this equipment")

    def handle(self, **options: Any) -> None:
        try:
            token = Path(options["secret"]).read_bytes().strip()
            graphic = secure_graphic(options["layout"], token, options["workorder"], options["dpi"])
            verdict = verify(read_scan(Path(options["file"])), graphic, options["threshold"])
        except (OSError, ValueError, SecretLost, Unusable) as error:
            raise CommandError(str(error)) from None
        said = f"{verdict.url}, correlation {verdict.fine:.2f} of at least {verdict.threshold:.2f}"
        if not verdict.is_original:
            raise CommandError(f"copy or foreign: {said}")
        self.stdout.write(f"original: {said}")
