"""The file and the progress of one record in words, for its page."""

from __future__ import annotations

from django.utils.translation import gettext

from ingestion.models import IngestionRecord
from ingestion.readers.csv_reader import DELIMITER_NAMES
from portal.storage.base import storage

Status = IngestionRecord.Status


def describe_file(record: IngestionRecord) -> str:
    """Say what the reader found the file to be; nothing before it was read."""
    facts = record.file_facts
    sheets = int(facts.get("sheets", 1))
    said = [
        gettext("separated by {delimiter}").format(delimiter=DELIMITER_NAMES[facts["delimiter"]])
        if facts.get("delimiter")
        else "",
        facts.get("encoding", ""),
        gettext("unpacked from gzip") if "compression" in facts else "",
        gettext("sheet {sheet}").format(sheet=facts["sheet"])
        + (gettext(", one of {sheets}").format(sheets=sheets) if sheets > 1 else "")
        if "sheet" in facts
        else "",
    ]
    return ", ".join(filter(None, said))


def has_arrived(record: IngestionRecord) -> bool:
    """Say whether the file is here although nobody had it checked, as when the options of `process` were refused."""
    return record.status == Status.UPLOADING and has_file(record) and storage().exists(record.incoming_path)


def progress_step(record: IngestionRecord) -> int:
    """Return the step of a record that has not ended: 0 receive the file, 1 check it, 2 create or change the codes."""
    if record.status == Status.UPLOADING:
        return 0
    return 2 if record.phase in (IngestionRecord.Phase.CREATING, IngestionRecord.Phase.CHANGING) else 1


def has_file(record: IngestionRecord) -> bool:
    """Say whether the record is an upload: changes of selected codes and undos have no file."""
    return not {"constraints", "undoes"} & record.parameters.keys()
