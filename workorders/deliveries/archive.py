"""Build the zip that a printing partner prints from: the image of every secure code, prepared for one person.

Its manifest says for whom, when and from where. It is published whole, after a sample of it was read back: the URL of
each symbol, and every dot of the secure graphic.
"""

from __future__ import annotations

from django.db import transaction

from portal.background.progress import Status
from portal.background.pulse import Pulse
from portal.background.spool import draft_of_attempt
from portal.pages.languages import written_for
from portal.timeline import note
from workorders.archives.kept import note_files
from workorders.archives.zip_archive import Archive
from workorders.deliveries.delivery import Delivery, publish_delivery
from workorders.deliveries.graphic import load_graphic, make_reader
from workorders.deliveries.image_files import add_images
from workorders.deliveries.pdf import add_pdf
from workorders.deliveries.texts import list_facts, write_readme
from workorders.models import Job


def run_delivery_job(job: Job, pulse: Pulse) -> None:
    """Build the archive of the delivery and move it into the storage."""
    workorder, delivery = job.workorder, Delivery.of(job)
    workorder.uploaded_quantity = delivery.codes  # more may have come since
    graphic = load_graphic(workorder)
    pulse.enter(Job.Phase.DRAWING, delivery.codes)
    with draft_of_attempt(job, ".zip") as draft:
        with Archive(workorder, draft) as archive, transaction.atomic():
            archive.add_codes(lambda done: pulse.check())
            with written_for(job.created_by):
                archive.add(["README.txt"], [write_readme(job, delivery, graphic)])
            if delivery.format == "pdf":
                add_pdf(archive, graphic, pulse)
            else:
                add_images(archive, graphic, delivery.format, pulse)
            archive.add_manifest(list_facts(job, delivery, graphic))
        archive.check_samples(make_reader(graphic))
        with transaction.atomic():
            note_files(workorder)
            job.end(status=Status.COMPLETED, rows_done=delivery.codes, rows_total=delivery.codes)
            note(workorder, "generated", job.created_by, address=delivery.address or None, format=delivery.format)
            publish_delivery(job, draft)
