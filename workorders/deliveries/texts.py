"""The README and the manifest of a delivery."""

from __future__ import annotations

from typing import Final

from django.template.defaultfilters import floatformat

from portal.values.words import gettext_lazy, number
from workorders.archives.zip_archive import secure_facts
from workorders.deliveries.delivery import Delivery
from workorders.models import Code, Job
from workorders.rendering.secure_graphic import Graphic

PDF_IS: Final = gettext_lazy("codes.pdf      every code, a page each, in the order of codes.csv.")
IMAGES_ARE: Final = gettext_lazy(
    """\
images/        every code as {kind}, one bit a dot, named by its id. Ids may differ in capital letters alone: unpack
               them where file names may, too. In a name ~ stands for each slash of the id."""
)
README: Final = gettext_lazy(
    """\
{reference}

{quantity} secure codes, prepared for {person} alone.

{images}
codes.csv      every code: its id, serial number where one was ordered, place in the order, batch of at most
               {batch} codes, and the URL that its QR code says. UTF-8, fields separated by commas.
manifest.json  what this archive holds, for whom it was prepared, with the SHA-256 of every file.

When you print:
- Print on {equipment}, on {substrate}: they were confirmed for this workorder.
- One dot of a file is one dot of the machine: {dpi} dots an inch, so {width} by {height} mm. Neither scale
  nor smooth nor screen them: a secure graphic that was resampled cannot be told from a copy.
- Leave the white around each code as it is. Print dark on light.
- Print each code once. Scan samples of every run with an ordinary phone.
- Whoever has these files can print the product's codes: keep them where nobody else reads them, pass them to nobody,
  and delete them when the workorder is completed.
"""
)


def list_facts(job: Job, delivery: Delivery, graphic: Graphic) -> dict[str, object]:
    """List the facts of the manifest: the images, and for whom they were prepared, as a watermark."""
    workorder, company = job.workorder, job.created_by.company
    return {
        **secure_facts(workorder),
        "images": {
            "format": delivery.format,
            "dpi": graphic.dpi,
            "dots": dict(zip(("height", "width"), graphic.size, strict=True)),
        },
        "printed_with": {"equipment": str(workorder.equipment), "substrate": str(workorder.substrate)},
        "prepared_for": {
            "person": job.created_by.email,
            "company": company and company.slug,
            "at": job.created_at.isoformat(),
            "address": delivery.address,
            "delivery": job.pk,
        },
    }


def write_readme(job: Job, delivery: Delivery, graphic: Graphic) -> bytes:
    workorder = job.workorder
    height, width = graphic.layout.millimetres(graphic.dpi)
    return README.format(
        reference=workorder.reference,
        quantity=number(delivery.codes),
        person=job.created_by.email,
        images=PDF_IS if delivery.format == "pdf" else IMAGES_ARE.format(kind=delivery.format.upper()),
        batch=number(Code.BATCH),
        equipment=workorder.equipment,
        substrate=workorder.substrate,
        dpi=number(graphic.dpi),
        width=floatformat(width, 2),
        height=floatformat(height, 2),
    ).encode()
