"""The configuration: what loads, what overrides what, and that all of it is documented."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.configuration_file import load_error, source_table, write_file

from jianbao.configuration import Configuration, Source, load_configuration
from jianbao.configuration.declared import list_declared
from jianbao.configuration.environment import known_variables
from jianbao.configuration.model import describe_expected, fields_by_key
from jianbao.configuration.problem import show_value
from jianbao.configuration.values import RESERVED_SLUG
from storage.ledger.source import INFOCODE_SOURCE

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_file, tmp_path)


# What loads


def test_an_empty_file_means_every_default(write: Write, tmp_path: Path) -> None:
    configuration = load_configuration(write(""), None, {})

    assert configuration.archive == tmp_path / "archive"
    assert configuration.sources == ()
    assert configuration.http.model_dump() == {
        "contact": "mailto:you@example.org",
        "obey_robots": True,
        "delay": 0.5,
        "concurrency": 4,
        "timeout": 30.0,
        "retries": 2,
        "budget": 0,
        "budgets": {},
        "private_hosts": False,
        "max_size": 10_000_000,
    }
    assert configuration.infocode.url == "http://finews.zning.xyz/NewsData/GetNewsText.do?id={code}"
    assert configuration.infocode.page == "https://finance.eastmoney.com/a/{digits}.html"
    assert configuration.service.model_dump() == {
        "grace": 30.0,
        "time_limit": 1800.0,
        "jitter": 5.0,
        "misfire_grace": 60.0,
        "children": 1,
        "poll_floor": 300.0,
        "poll_ceiling": 7200.0,
    }
    assert configuration.file == tmp_path / "jianbao.toml"


def test_a_source_has_its_keys_and_defaults(write: Write) -> None:
    (source,) = load_configuration(write(source_table()), None, {}).sources

    assert source == Source(
        slug="hexi",
        name="河西晚报",
        kind="category",
        url="https://news.example.org/category/hexi.html",
        timezone="Asia/Shanghai",
        schedule=None,
        enabled=True,
    )


def test_a_source_may_be_polled_by_its_own_habit(write: Write) -> None:
    table = source_table(schedule='"auto"', poll_floor="600", poll_ceiling="3_600")

    (source,) = load_configuration(write(table), None, {}).sources

    assert (source.schedule, source.poll_floor, source.poll_ceiling) == ("auto", 600.0, 3600.0)


@pytest.mark.parametrize("place", ["[[sources]]", "[service]"])
def test_the_longest_pause_is_no_shorter_than_the_shortest(place: str, write: Write) -> None:
    pauses = "poll_floor = 900\npoll_ceiling = 600\n"
    file = write(f"{place}\n{pauses}" if place == "[service]" else source_table() + pauses)

    assert "it is less than poll_floor, which is 900; expected a number of seconds" in load_error(file)


def test_a_source_without_pauses_has_those_of_the_service(write: Write) -> None:
    tables = source_table(slug='"hexi"') + source_table(slug='"hedong"', poll_floor="7200")
    loaded = load_configuration(write(tables + "[service]\npoll_ceiling = 3600\n"), None, {})

    assert [(row.poll_floor, row.poll_ceiling) for row in list_declared(loaded)] == [
        (300, 3600),
        (7200, 7200),
    ]


def test_nothing_changes_afterwards(write: Write) -> None:
    configuration = load_configuration(write(source_table()), None, {})

    for section in (configuration, configuration.http, configuration.sources[0]):
        with pytest.raises(ValidationError, match="frozen"):
            section.__setattr__(next(iter(type(section).model_fields)), "other")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "jianbao.toml"
    file.write_bytes(b"\xef\xbb\xbf" + source_table().encode())

    assert load_configuration(file, None, {}).sources[0].name == "河西晚报"


@pytest.mark.parametrize(
    "slug",
    [
        "21shijijingjibaodao  nancailicaitong",
        "anxinguojizhengquan(xianggang)",
        "36ke",
        "河西晚报",
        "-",
        "a.b",
        "'",
        "\\",
        "x" * 100,
    ],
)
def test_slugs_are_opaque(slug: str, write: Write) -> None:
    quoted = slug.replace("\\", "\\\\")

    (source,) = load_configuration(write(source_table(slug=f'"{quoted}"')), None, {}).sources

    assert source.slug == slug


def test_the_slug_of_unlisted_articles_belongs_to_their_kind(write: Write) -> None:
    table = source_table(slug=f'"{RESERVED_SLUG}"', kind='"infocode"', url='"http://h.example/{code}"')

    (source,) = load_configuration(write(table), None, {}).sources

    assert source.slug == RESERVED_SLUG == INFOCODE_SOURCE


def test_slugs_that_differ_by_case_are_two_sources(write: Write) -> None:
    file = write(source_table(slug='"Techweb"') + source_table(slug='"TechWeb"'))

    assert [source.slug for source in load_configuration(file, None, {}).sources] == ["Techweb", "TechWeb"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/category/x.html",
        "http://[::1]:8080/",
        "https://example.org/a%20b.html?q=1&r=河西",
        "HTTPS://河西.example.org/",
    ],
)
def test_addresses_that_are_taken(url: str, write: Write) -> None:
    assert load_configuration(write(source_table(url=f'"{url}"')), None, {}).sources[0].url == url


@pytest.mark.parametrize("contact", ["mailto:a@b.example", "https://example.org/about", "http://example.org"])
def test_contacts_that_are_taken(contact: str, write: Write) -> None:
    assert load_configuration(write(f'http.contact = "{contact}"'), None, {}).http.contact == contact


@pytest.mark.parametrize("schedule", ["*/5 * * * *", "0 6 * * mon-fri", "@daily", "0 0 29 2 *"])
def test_schedules_that_are_taken(schedule: str, write: Write) -> None:
    assert load_configuration(write(source_table(schedule=f'"{schedule}"')), None, {}).sources[0].schedule


def test_a_source_of_the_kind_infocode_says_where_the_code_goes(write: Write) -> None:
    file = write(source_table(kind='"infocode"', url='"http://127.0.0.1/{code}"'))

    assert load_configuration(file, None, {}).sources[0].kind == "infocode"


# Which file


def test_the_file_named_wins_over_the_variable_and_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("named.toml", "variable.toml", "jianbao.toml")
    for name in names:
        (tmp_path / name).write_text(f'archive = "{name}.d"')
    monkeypatch.chdir(tmp_path)
    environ = {"JIANBAO_CONFIG": "variable.toml"}

    found = [
        load_configuration(Path("named.toml"), None, environ),
        load_configuration(None, None, environ),
        load_configuration(None, None, {}),
    ]

    assert [configuration.file for configuration in found] == [tmp_path / name for name in names]
    assert [configuration.archive for configuration in found] == [tmp_path / f"{name}.d" for name in names]


def test_no_file_is_an_error_that_tells_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    text = load_error(None)

    assert text.startswith(f"no configuration: there is no jianbao.toml in {tmp_path}; run `jianbao init`")


def test_an_archive_that_is_named_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    by_argument = load_configuration(None, Path("old"), {})
    by_variable = load_configuration(None, None, {"JIANBAO_ARCHIVE": "old"})

    assert by_argument == by_variable == Configuration(archive=tmp_path / "old")
    assert by_argument.file is None


# The archive


def test_the_home_folder_is_known(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert load_configuration(write('archive = "~/a"'), None, {}).archive == tmp_path / "home" / "a"


def test_the_command_line_wins_over_the_environment_and_the_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write('archive = "/from/file"')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    environ = {"JIANBAO_ARCHIVE": "variable"}

    assert load_configuration(file, None, {}).archive == Path("/from/file")
    assert load_configuration(file, None, environ).archive == elsewhere / "variable"
    assert load_configuration(file, Path("argument"), environ).archive == elsewhere / "argument"


def test_a_wrong_archive_is_blamed_on_who_named_it(write: Write) -> None:
    file = write("")

    assert load_error(file, file).startswith("--archive: archive is ")
    assert load_error(file, JIANBAO_ARCHIVE=str(file)).startswith(
        "environment variable JIANBAO_ARCHIVE: archive is "
    )


# The environment


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("JIANBAO_HTTP__DELAY", "0", 0.0),
        ("JIANBAO_HTTP__TIMEOUT", "2.5", 2.5),
        ("JIANBAO_HTTP__OBEY_ROBOTS", "false", False),
        ("JIANBAO_HTTP__OBEY_ROBOTS", "0", False),
        ("JIANBAO_HTTP__CONCURRENCY", "16", 16),
        ("JIANBAO_HTTP__MAX_SIZE", "5_000", 5000),
        ("JIANBAO_HTTP__CONTACT", "mailto:a@b.example", "mailto:a@b.example"),
        ("JIANBAO_INFOCODE__URL", "http://127.0.0.1:1/{code}", "http://127.0.0.1:1/{code}"),
        ("JIANBAO_INFOCODE__PAGE", "http://127.0.0.1:1/{digits}", "http://127.0.0.1:1/{digits}"),
        ("JIANBAO_INFOCODE__PAGE", "http://127.0.0.1:1/{code}", "http://127.0.0.1:1/{code}"),
        ("JIANBAO_SERVICE__JITTER", "0", 0.0),
    ],
)
def test_a_variable_overrides_a_key(variable: str, text: str, value: object, write: Write) -> None:
    file = write("[http]\ndelay = 7\nobey_robots = true\nretries = 1\n")
    table, key = known_variables()[variable]

    configuration = load_configuration(file, None, {variable: text, "PATH": "/bin"})

    assert getattr(getattr(configuration, table), key) == value
    assert configuration.http.retries == 1


def test_an_empty_variable_is_none(write: Write, tmp_path: Path) -> None:
    environ = {"JIANBAO_ARCHIVE": "", "JIANBAO_HTTP__DELAY": "", "JIANBAO_CONFIG": ""}

    configuration = load_configuration(write(""), None, environ)

    assert (configuration.archive, configuration.http.delay) == (tmp_path / "archive", 0.5)


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "1\n2", "true"])
def test_a_wrong_variable_is_named(text: str, write: Write) -> None:
    found = load_error(write("[http]\ndelay = 1"), JIANBAO_HTTP__DELAY=text)

    assert found.startswith("environment variable JIANBAO_HTTP__DELAY: http.delay is ")
    assert found.endswith("; expected a number of seconds from 0 to 3600")


def test_a_variable_below_a_table_that_is_none(write: Write) -> None:
    assert "http is 3; expected a table" in load_error(write("http = 3"), JIANBAO_HTTP__DELAY="1")


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("JIANBAO_ARCHVE", "JIANBAO_ARCHIVE"),
        ("JIANBAO_HTTP_DELAY", "JIANBAO_HTTP__DELAY"),
        ("JIANBAO_HTTP__DELLAY", "JIANBAO_HTTP__DELAY"),
        ("jianbao_http__delay", "JIANBAO_HTTP__DELAY"),
        ("JIANBAO_CONFIGURATION", "JIANBAO_CONFIG"),
    ],
)
def test_an_unknown_variable_names_the_nearest(variable: str, nearest: str, write: Write) -> None:
    environ: dict[str, Any] = {variable: "secret"}

    assert load_error(write(""), **environ) == (
        f"environment variable {variable}: no key has this name; did you mean {nearest}?"
    )


def test_sources_are_written_in_the_file_only(write: Write) -> None:
    assert "no key has this name" in load_error(write(""), JIANBAO_SOURCES="[]")


# Documentation and cost


@pytest.fixture(scope="module")
def documentation() -> str:
    return (Path(__file__).parent.parent / "docs" / "configuration.md").read_text("utf-8")


@pytest.mark.parametrize("key", sorted(fields_by_key()), ids=".".join)
def test_every_key_is_documented_with_what_is_expected(key: tuple[str, ...], documentation: str) -> None:
    row = re.search(rf"^\| `{re.escape('.'.join(key))}` \|.*$", documentation, re.MULTILINE)

    assert row
    assert f"| {describe_expected(key)} |" in row[0]


@pytest.mark.parametrize(("variable", "key"), sorted(known_variables().items()))
def test_every_variable_is_documented_with_its_default(
    variable: str, key: tuple[str, ...], documentation: str
) -> None:
    default = fields_by_key()[key].default
    value = f"{default:_}" if type(default) is int else show_value(default)
    shown = "none" if default is None else f"`{value}`"

    assert f"| `{'.'.join(key)}` | {shown} | `{variable}` |" in documentation


def test_reading_it_imports_nothing_heavy(write: Write) -> None:
    program = (
        "import sys; from pathlib import Path; from jianbao.configuration import load_configuration;"
        "load_configuration(Path(sys.argv[1]), None, {});"
        "print({'scrapy', 'twisted', 'sqlalchemy', 'apscheduler', 'rich'} & sys.modules.keys())"
    )
    file = write(source_table(schedule='"@daily"'))

    done = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
