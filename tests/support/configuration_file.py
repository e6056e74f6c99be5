"""Configuration files for tests: a source that is right, the file around it, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from jianbao.configuration import ConfigurationError, load_configuration

SOURCE = {
    "slug": '"hexi"',
    "name": '"河西晚报"',
    "kind": '"category"',
    "url": '"https://news.example.org/category/hexi.html"',
}


def source_table(**changes: str | None) -> str:
    """Return a [[sources]] table; values are TOML, and None leaves a key out."""
    keys = {**SOURCE, **changes}
    return "[[sources]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value is not None)


def write_file(folder: Path, text: str) -> Path:
    """Write a jianbao.toml and return its path."""
    file = folder / "jianbao.toml"
    file.write_text(text, "utf-8")
    return file


def load_error(file: Path | None, archive: Path | None = None, **environ: str) -> str:
    """Return the text of the error that loading must raise, checked to have a line for each problem."""
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file, archive, environ)
    assert len(caught.value.problems) == len(str(caught.value).splitlines())
    return str(caught.value)
