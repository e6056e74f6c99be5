"""jianbao (剪报): a complete, trustworthy, searchable archive of Chinese newspapers."""

__version__ = "0.1.0"
