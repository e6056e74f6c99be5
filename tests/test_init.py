"""The first configuration: complete, commented, loadable, and never in the place of another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jianbao.configuration import Configuration, ConfigurationError, load_configuration
from jianbao.configuration.epaper_keys import EpaperKeys
from jianbao.configuration.first_file import write_configuration
from jianbao.configuration.list_keys import ListKeys
from jianbao.configuration.model import fields_by_key


def test_writes_a_file_that_loads_with_the_two_newspapers(tmp_path: Path) -> None:
    file = write_configuration(tmp_path)

    configuration = load_configuration(file, None, {})

    assert file == tmp_path / "jianbao.toml"
    assert [(source.slug, source.name, source.kind) for source in configuration.sources] == [
        ("shangraoribao", "上饶日报", "category"),
        ("nanchangribao", "南昌日报", "category"),
    ]
    assert {source.schedule for source in configuration.sources} == {"*/5 * * * *"}
    assert configuration.archive == tmp_path / "archive"


def test_writes_the_default_of_every_key(tmp_path: Path) -> None:
    written = load_configuration(write_configuration(tmp_path), None, {})
    defaults = Configuration()

    for table in ("http", "infocode", "pictures", "service"):
        assert getattr(written, table) == getattr(defaults, table)


OF_FEW_KINDS = {("sources", key) for section in (ListKeys, EpaperKeys) for key in section.model_fields}


@pytest.mark.parametrize(
    "key", sorted(".".join(key) for key in fields_by_key() if key[:2] not in OF_FEW_KINDS)
)
def test_every_key_is_written_and_explained_in_a_comment(key: str, tmp_path: Path) -> None:
    text = write_configuration(tmp_path).read_text("utf-8")
    name = key.rpartition(".")[2]

    assert re.search(
        rf"^((?:# )?\[+(?:\w+\.)*{name}\]+(?: +# .+)?|(?:# +)?{name} = .+ # .{{10,}})$", text, re.MULTILINE
    )


def test_makes_the_folder_and_leaves_nothing_else_in_it(tmp_path: Path) -> None:
    file = write_configuration(tmp_path / "new" / "folder")

    assert list(file.parent.iterdir()) == [file]


def test_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "jianbao.toml"
    file.write_text("mine")

    with pytest.raises(ConfigurationError, match=r"jianbao\.toml: exists already and was left as it is"):
        write_configuration(tmp_path)

    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_never_follows_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "jianbao.toml").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ConfigurationError, match="exists already"):
        write_configuration(tmp_path)

    assert not (tmp_path / "elsewhere").exists()


def test_refuses_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(ConfigurationError, match="taken: exists already"):
        write_configuration(tmp_path / "taken")
    with pytest.raises(ConfigurationError, match=r"can't be written \(Not a directory\)"):
        write_configuration(tmp_path / "taken" / "deeper")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", fail)

    with pytest.raises(ConfigurationError, match="Operation not permitted"):
        write_configuration(tmp_path)

    assert list(tmp_path.iterdir()) == []
