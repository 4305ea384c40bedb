"""The filters of the lists of records and errors."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q

from ingestion.errors.kinds import KINDS
from ingestion.models import IngestionRecord
from ingestion.results.record_search import find_codes, matching_records
from portal.api.filters import Filters
from portal.models import User


class RecordFilters(Filters):
    choices: ClassVar = {
        "type": IngestionRecord.Type.values,
        "status": IngestionRecord.Status.values,
        "ingestion_mode": IngestionRecord.Mode.values,
    }
    ranges = ("created_at",)

    searched = "Only records whose key, file name or uploader has this text, or whose file has a code of this id."

    def search(self, text: str, user: User) -> Q:
        return Q(key__icontains=text) | matching_records(user, text, find_codes(user, text))


class ErrorFilters(Filters):
    choices: ClassVar = {"error": KINDS}

    def search(self, text: str, user: User) -> Q:
        return Q(value__icontains=text) | Q(column__icontains=text)
