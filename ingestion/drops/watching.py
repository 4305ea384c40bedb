"""Watching a folder under a template, and in whose name."""

from __future__ import annotations

from itertools import chain, count

from django.db import transaction
from django.utils.text import slugify

from ingestion.models import Drop, DroppedFile, IngestionTemplate
from portal.accounts.security_log import tell
from portal.models import User
from portal.storage.drops import Place, place_of
from portal.values.problems import say_problem


def place_for(drop: Drop) -> Place:
    """Return where the files of the drop are."""
    return place_of(drop.company.slug, drop.folder)


def watch(template: IngestionTemplate, owner: User) -> Drop:
    """Watch the folder of the template in the name of `owner`, and make it where it is not there.

    A template keeps its folder when it is renamed. OSError where the folder cannot be made.
    """
    with transaction.atomic():
        drop = Drop.objects.filter(template=template).first() or _new_drop(template)
        drop.template, drop.owner, drop.is_watched, drop.problem = template, owner, True, ""
        drop.save()
        place_for(drop).create()
        _log(drop, "drop_watched")
    return drop


def unwatch(template: IngestionTemplate) -> None:
    """Take no more files, and forget those that were only seen. Results of those taken are still written."""
    with transaction.atomic():
        for drop in Drop.objects.filter(template=template, is_watched=True).select_for_update():
            Drop.objects.filter(pk=drop.pk).update(is_watched=False, problem="")
            drop.files.filter(state=DroppedFile.State.SEEN).delete()
            _log(drop, "drop_unwatched")


def fault_of_owner(drop: Drop) -> str:
    """Say why nothing can be uploaded in the name of the drop's owner; or nothing."""
    owner = drop.owner
    if owner.is_active and owner.brand == drop.company and owner.may("ingestion_code_create"):
        return ""
    return say_problem("{person} may no longer upload codes. Somebody who may has to take over.", person=owner.email)


def _log(drop: Drop, what: str) -> None:
    company = drop.company
    tell("company_changed", of=company, company_name=company.name, changed=[what], drop=drop.folder)


def _new_drop(template: IngestionTemplate) -> Drop:
    """Return a drop whose folder has the template's name in small letters, with a number where that is another's.

    The folder of a template that was deleted is taken over, since a machine somewhere has its name.
    """
    name = slugify(template.name)[:40].strip("-") or "template"
    known = {drop.folder: drop for drop in Drop.objects.filter(company=template.company, folder__startswith=name)}
    names = chain([name], (f"{name}-{number}" for number in count(template.pk)))
    folder = next(each for each in names if each not in known or known[each].template_id is None)
    return known.get(folder) or Drop(company=template.company, folder=folder)
