"""What the configuration says of the contracts of sources."""

from __future__ import annotations

from collections.abc import Mapping

from jianbao.configuration import Configuration
from storage.records.contract import Terms


def read_terms(configuration: Configuration) -> Mapping[str, Terms]:
    """Return the terms of every source's contract, by slug."""
    return {source.slug: source.contract.terms() for source in configuration.sources}
