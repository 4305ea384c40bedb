"""Words and examples of the calls of uploads, changes and templates, for the schema."""

from ingestion.api import change_docs, docs, template_docs  # noqa: F401  # describe them
