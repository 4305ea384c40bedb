"""Metrics as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def samples(text: str) -> Iterator[Sample]:
    """Yield every sample of an answer."""
    for family in text_string_to_metric_families(text):
        yield from family.samples


def values(text: str, name: str) -> dict[tuple[str, ...], float]:
    """Return the values of one metric, by those of its labels."""
    return {tuple(sample.labels.values()): sample.value for sample in samples(text) if sample.name == name}
