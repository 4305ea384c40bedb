"""Build the archive with an image of every code of a workorder."""

from __future__ import annotations

from textwrap import wrap

from django.db import transaction
from django.utils.translation import gettext

from portal.background.progress import Status
from portal.background.pulse import Pulse
from portal.background.spool import draft_of_attempt
from portal.pages.languages import written_for
from portal.storage.base import storage
from portal.values.characters import named
from portal.values.problems import in_language, say_problem
from workorders.archives.image_files import add_images
from workorders.archives.image_pdf import add_pdf
from workorders.archives.kept import note_files
from workorders.archives.look import ImageLook
from workorders.archives.names import archive_name
from workorders.archives.zip_archive import Archive
from workorders.codes.warnings import find_alike_ids
from workorders.models import Job
from workorders.rendering.label_text import ELLIPSIS, REPLACEMENT, LabelTexts

MOST_NAMED = 20  # characters that cannot be printed


def run_images_job(job: Job, pulse: Pulse) -> None:
    """Build the archive in the look that the job keeps."""
    workorder, look = job.workorder, ImageLook.of(job.parameters)
    pulse.enter(Job.Phase.DRAWING, workorder.quantity)
    with draft_of_attempt(job, ".zip") as draft:
        with Archive(workorder, draft) as archive, transaction.atomic():
            archive.add_codes(lambda rows: pulse.check())
            archive.add_samples()
            remarks = _describe_texts(add_pdf(archive, look, pulse)) if look.sheet else ""
            with written_for(None, workorder.company):
                archive.add_readme(_describe_images(look, find_alike_ids(workorder), remarks))
            if not look.sheet:
                add_images(archive, look, pulse)
            archive.add_manifest({"images": look.parameters})
        archive.check_samples()
        with transaction.atomic():
            count = workorder.quantity
            note_files(workorder)  # before the job, as a withdrawal takes them
            job.end(status=Status.COMPLETED, rows_done=count, rows_total=count, detail=remarks)
            storage().adopt(draft, archive_name(workorder, look.name))


def _describe_texts(texts: LabelTexts) -> str:
    """Say which texts of labels are not printed as they are; nothing where all are."""
    lacking = ", ".join(named(character) for character in sorted(texts.lacking)[:MOST_NAMED])
    if (more := len(texts.lacking) - MOST_NAMED) > 0:
        lacking = say_problem("{some} and {count:,} others", some=lacking, count=more)
    said = []
    if texts.replaced:
        said.append(
            say_problem(
                "{count:,} labels have {sign} for characters that cannot be printed: {lacking:s}.",
                count=texts.replaced,
                sign=REPLACEMENT,
                lacking=lacking,
            )
        )
    if texts.shortened:
        said.append(
            say_problem(
                "{count:,} texts were too long for their label and end in {ellipsis}.",
                count=texts.shortened,
                ellipsis=ELLIPSIS,
            )
        )
    if texts.empty:
        said.append(say_problem("{count:,} labels have no text, since their code has none.", count=texts.empty))
    return " ".join(said)


def _describe_images(look: ImageLook, alike: str, remarks: str) -> str:
    """Describe the images for the README, with the ids that are `alike` and might overwrite each other.

    `remarks` tells what is not printed as it is.
    """
    style = look.style
    facts = gettext("version {version}, error correction {level}, quiet zone of {quiet_zone} modules").format(
        version=style.version, level=style.level, quiet_zone=style.quiet_zone
    )
    if look.sheet:
        below = [*([gettext("its id")] if look.with_id else []), *([look.text_label] if look.text else [])]
        printed = [gettext("Below each code stands {what}.").format(what=gettext(" and ").join(below))] if below else []
        told = wrap(" ".join([*printed, in_language(remarks)]), width=105)
        says = gettext("codes.pdf      the QR code of every code, {labels} on a page: {facts}.\n")
        return says.format(labels=look.sheet.labels, facts=facts) + _indented(told)
    names = wrap(alike, width=105, break_long_words=False, break_on_hyphens=False)
    alone = gettext("These differ in small and capital letters alone: {ids}")
    warned = [alone.format(ids=names[0]), *names[1:]] if names else []
    says = gettext(
        "images/        the QR code of every code as {kind}, named by its id: {facts}.\n"
        "               Ids may differ in capital letters alone: unpack them where file names may, too. In a name ~\n"
        "               stands for each slash of the id.\n"
    )
    return says.format(kind=style.kind.upper(), facts=facts) + _indented(warned)


def _indented(lines: list[str]) -> str:
    return "".join(f"{' ' * 15}{line}\n" for line in lines)
