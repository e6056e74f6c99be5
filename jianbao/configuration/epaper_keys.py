"""Keys of a source of the kind ``epaper``."""

from __future__ import annotations

from jianbao.configuration.section import Section


class EpaperKeys(Section):
    """How a digital newspaper is declared."""
