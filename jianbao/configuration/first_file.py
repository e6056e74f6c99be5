"""The first configuration file of a new user: commented, with two newspapers."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from jianbao.configuration.document import FILE_NAME
from jianbao.configuration.problem import ConfigurationError


def write_configuration(folder: Path) -> Path:
    """Write a commented jianbao.toml with two newspapers into a folder, and return its path.

    The folder is made when it is missing. A file that is there already stays as it is; that, and a folder
    that can't be written to, raises `ConfigurationError`.
    """
    target = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(target, files("jianbao.configuration").joinpath(FILE_NAME).read_bytes())
    except FileExistsError as error:
        blocker = target if folder.is_dir() else folder
        raise ConfigurationError(f"{blocker}: exists already and was left as it is") from error
    except OSError as error:
        raise ConfigurationError(f"{target}: can't be written ({error.strerror})") from error
    return target


def _write_new(target: Path, content: bytes) -> None:
    """Write a file whole or not at all: a link takes one step, and never replaces a file."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        target.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
