"""The configuration's errors: one clear line for everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.configuration_file import SOURCE, load_error, source_table, write_file

from jianbao.configuration.document import find_lines
from jianbao.configuration.problem import show_value
from jianbao.configuration.values import RESERVED_SLUG

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_file, tmp_path)


# Files that can't be read


def test_a_missing_file(tmp_path: Path) -> None:
    assert load_error(tmp_path / "a.toml").startswith(f"{tmp_path / 'a.toml'}: there is no such file; run")


def test_a_missing_file_named_by_the_variable(tmp_path: Path) -> None:
    assert "there is no such file" in load_error(None, JIANBAO_CONFIG=str(tmp_path / "a.toml"))


def test_a_dangling_link_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jianbao.toml").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)

    assert "there is no such file" in load_error(None)


def test_a_folder(tmp_path: Path) -> None:
    assert (
        load_error(tmp_path) == f"{tmp_path}: is a folder; name the file in it: {tmp_path / 'jianbao.toml'}"
    )


def test_a_file_without_permission(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("")

    def refuse(self: Path, mode: str) -> None:  # the superuser, who may run the tests, can read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert load_error(file).startswith(f"{file}: may not be read; give")


def test_a_path_through_a_file(write: Write) -> None:
    assert "can't be read (Not a directory)" in load_error(write("") / "deeper.toml")


def test_a_file_without_end() -> None:
    assert load_error(Path("/dev/zero")) == (
        "/dev/zero: is larger than 10,000,000 bytes, so it is no configuration"
    )


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('a = 1\nname = "河西"'.encode("gb18030"), ", line 2: byte 0xba is not UTF-8; save"),
        ("archive = 1".encode("utf-16"), ", line 1: byte 0xff is not UTF-8; save"),
    ],
    ids=["gb18030", "utf-16"],
)
def test_a_file_in_another_encoding(content: bytes, place: str, tmp_path: Path) -> None:
    file = tmp_path / "jianbao.toml"
    file.write_bytes(content)

    assert load_error(file).startswith(f"{file}{place}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("archive = \n", r", line 1, column 11: is not valid TOML: Invalid value$"),
        ("[http]\ndelay 5\n", r", line 2, column 7: is not valid TOML: Expected '=' after a key"),
        ("[http]\n[http]\n", r", line 2, column \d+: is not valid TOML: Cannot declare \('http',\) twice"),
        (
            'archive = "a',
            r": is not valid TOML: .*\(at end of document\)$|, line 1, column 13: is not valid",
        ),
        ("a = " + "[" * 5000, r": its values are nested too deeply"),
        ("a." * 20_000 + "a = 1", r": its values are nested too deeply"),
        ("[[ " + "a . " * 20_000 + "a]]", r": its values are nested too deeply"),
        ("a = " + "9" * 5000, r": is not valid TOML: Exceeds the limit"),
    ],
    ids=[
        "no-value",
        "no-equals",
        "table-twice",
        "open-string",
        "nested",
        "dotted",
        "tables",
        "endless-number",
    ],
)
def test_broken_toml(text: str, place: str, write: Write) -> None:
    file = write(text)

    assert re.match(re.escape(str(file)) + f"({place})", load_error(file))


# Values that are wrong

WRONG_SOURCES = [
    ("slug", '""', "it is empty; expected 1 to 100 visible"),
    ("slug", '"  "', "it is empty"),
    ("slug", '" hexi"', "it begins or ends with a blank"),
    ("slug", '"a/b"', "it contains a slash"),
    ("slug", '".."', "it is the name of a folder"),
    ("slug", '"a\\u0007b"', "it contains a control character"),
    ("slug", '"a\\u202eb"', "it contains a control character"),
    ("slug", f'"{"x" * 101}"', "it is longer than 100 characters"),
    ("slug", "5", "sources[1].slug is 5; expected 1 to 100"),
    ("name", '""', "it is empty; expected 1 to 200 visible"),
    ("name", '"\\u3000"', "it is empty"),
    ("name", "true", "name is true; expected"),
    ("hosts", '"a.example"', 'sources[hexi].hosts is "a.example"; expected a list of at most 100 host names'),
    ("hosts", "[5]", "sources[hexi].hosts is 5; expected a list"),
    ("hosts", '[""]', 'sources[hexi].hosts is "": it is empty; expected a list'),
    ("hosts", '["http://a.example"]', ": it is more than the name of a host; expected"),
    ("hosts", '["a.example/news"]', ": it is more than the name of a host; expected"),
    ("hosts", '["you@a.example"]', ": it is more than the name of a host; expected"),
    ("hosts", '["a example"]', ": it is more than the name of a host; expected"),
    ("hosts", '["*.example"]', ": it is a pattern, and each host is named by itself; expected"),
    ("hosts", '["a..example"]', ": it can't be a host; expected"),
    ("hosts", '["a.example:"]', ": it can't be a host; expected"),
    ("hosts", '["a.example:http"]', ": it is no address (Port could not be cast"),
    ("hosts", '["a.example:0"]', ": it is no address (nothing is at port 0); expected"),
    ("url", '"http://江西..日报/"', "it has a host that can't be one"),
    ("kind", '"rss"', 'sources[hexi].kind is "rss"; expected "category" or "infocode" or '),
    ("kind", '"Category"', 'expected "category" or "infocode" or '),
    ("url", '""', "it is not http or https"),
    ("url", '"/category/hexi.html"', "it is not http or https"),
    ("url", '"file:///etc/passwd"', "it is not http or https"),
    ("url", '"ftp://example.org/"', "it is not http or https"),
    ("url", '"https://:8080/x"', "it has no host"),
    ("url", '"https:///x"', "it has no host"),
    ("url", '"https://exa<mple.org/"', "it has a host that can't be one"),
    ("url", '"https://exa\\\\mple.org/"', "it has a host that can't be one"),
    ("url", '"https://..."', "it has a host that can't be one"),
    ("url", '"https://[::1/"', "it is no address"),
    ("url", '"https://example.org:99999/"', "it is no address (Port out of range"),
    ("url", '"https://example.org/a b.html"', "it contains a blank or a control character"),
    ("url", '"https://example.org/\\r\\nX: 1"', "it contains a blank or a control character"),
    ("url", f'"https://example.org/{"x" * 2000}"', "it is longer than 2000 characters"),
    ("url", "7", "url is 7; expected an http or https address"),
    ("timezone", '"Asia/Shangai"', "it is not a known time zone (did you mean Asia/Shanghai?); expected"),
    ("timezone", '"CST"', "it is not a known time zone: it may abbreviate several"),
    ("timezone", '"CST"', "(all of China has Asia/Shanghai); expected the name of an IANA"),
    ("timezone", '"cst"', "it may abbreviate several"),
    ("timezone", '"JST"', "it may abbreviate several"),
    ("timezone", '"CEST"', "it may abbreviate several"),
    ("timezone", '"HKT"', "it may abbreviate several"),
    ("timezone", '"UTC+8"', "it is a distance from UTC, and a zone is named after a place (all of China"),
    ("timezone", '"GMT+0800"', "it is a distance from UTC"),
    ("timezone", '"Asia/Beijing"', "it is not a known time zone (all of China has Asia/Shanghai); expected"),
    ("timezone", '"Beijing"', "it is not a known time zone (all of China has Asia/Shanghai); expected"),
    ("timezone", '"Asia/Hongkong"', "it is not a known time zone (did you mean Asia/Hong_Kong?)"),
    ("timezone", '"Asia"', "it is not a known time zone"),
    ("timezone", '"../../etc/passwd"', "it is not the name of a time zone"),
    ("timezone", '"/etc/passwd"', "it is not the name of a time zone"),
    ("timezone", '""', "it is not the name of a time zone"),
    ("timezone", '"+08:00"', "it is not the name of a time zone"),
    ("timezone", f'"{"x" * 101}"', "it is longer than 100 characters"),
    ("timezone", "8", "timezone is 8; expected the name of an IANA time zone"),
    ("schedule", '"0 0 30 2 *"', "never fires"),
    ("schedule", '"* * * *"', "is not a cron line"),
    ("schedule", '"60 * * * *"', "minute '60'"),
    ("schedule", '""', "is not a cron line"),
    ("schedule", "5", "schedule is 5; expected five fields of standard cron"),
    ("enabled", '"yes"', 'enabled is "yes"; expected true or false'),
    ("enabled", "1", "enabled is 1; expected true or false"),
]


@pytest.mark.parametrize(("key", "value", "expected"), WRONG_SOURCES)
def test_a_wrong_value_of_a_source(key: str, value: str, expected: str, write: Write) -> None:
    file = write(source_table(**{key: value}))
    line = 2 + [*SOURCE, key].index(key)

    text = load_error(file)

    assert text.startswith(f"{file}, line {line}: sources[")
    assert f".{key} is " in text
    assert expected in text
    assert len(text.splitlines()) == 1


WRONG_KEYS = [
    ("http", "delay", "-0.1", "seconds from 0 to 3600"),
    ("http", "delay", "nan", "seconds from 0 to 3600"),
    ("http", "delay", "true", "seconds from 0 to 3600"),
    ("http", "delay", '"0"', "seconds from 0 to 3600"),
    ("http", "concurrency", "0", "a whole number from 1 to 16"),
    ("http", "concurrency", "17", "a whole number from 1 to 16"),
    ("http", "concurrency", "4.0", "a whole number from 1 to 16"),
    ("http", "concurrency", "true", "a whole number from 1 to 16"),
    ("http", "timeout", "0", "above 0, up to 3600"),
    ("http", "timeout", "inf", "above 0, up to 3600"),
    ("http", "retries", "-1", "a whole number from 0 to 10"),
    ("http", "retries", "11", "a whole number from 0 to 10"),
    ("http", "max_size", "999", "from 1_000 to 1_000_000_000"),
    ("http", "max_size", "1_000_000_001", "from 1_000 to 1_000_000_000"),
    ("http", "obey_robots", "0", "true or false"),
    ("http", "obey_robots", '"false"', "true or false"),
    ("http", "contact", '"you@example.org"', "it is not http or https; expected a mailto:"),
    ("http", "contact", '"mailto:"', "it names no mailbox"),
    ("http", "contact", '"mailto:you"', "it names no mailbox"),
    ("http", "contact", '"mailto:a@b\\r\\nCookie: c"', "it contains a blank"),
    ("http", "contact", '"mailto:河西@example.org"', "not ASCII"),
    ("infocode", "url", '"http://example.org/?id="', "it does not contain {code}; expected"),
    ("infocode", "url", '"http://{code}.example.org/"', "it has a host that can't be one"),
    ("infocode", "page", '"http://example.org/a/"', "it contains neither {digits} nor {code}; expected"),
    ("infocode", "page", '"http://{digits}.example.org/"', "it has a host that can't be one"),
    ("infocode", "page", '"ftp://example.org/{digits}"', "it is not http or https"),
    ("infocode", "url", '"gopher://example.org/{code}"', "it is not http or https"),
    ("service", "grace", "-1", "seconds from 0 to 3600"),
    ("service", "time_limit", "0", "above 0, up to 86400"),
    ("service", "jitter", "3601", "seconds from 0 to 3600"),
    ("service", "misfire_grace", "0", "above 0, up to 86400"),
]


@pytest.mark.parametrize(("table", "key", "value", "expected"), WRONG_KEYS)
def test_a_wrong_value_of_a_key(table: str, key: str, value: str, expected: str, write: Write) -> None:
    file = write(f"# one\n[{table}]\n{key} = {value}\n")

    text = load_error(file)

    assert text.startswith(f"{file}, line 3: {table}.{key} is ")
    assert expected in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("key", ["slug", "name", "kind", "url"])
def test_a_missing_key(key: str, write: Write) -> None:
    file = write("\n" + source_table(**{key: None}))
    label = "1" if key == "slug" else "hexi"

    assert load_error(file).startswith(f"{file}, line 2: sources[{label}].{key} is missing; expected ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[http]\ndealy = 2", "line 2: http.dealy is no key (here set to 2); did you mean delay?"),
        (
            source_table(shedule='"x"'),
            'sources[hexi].shedule is no key (here set to "x"); did you mean schedule?',
        ),
        ("htpp = 1", "line 1: htpp is no key (here set to 1); did you mean http?"),
        ("delay = 2", "line 1: delay is no key (here set to 2); did you mean http.delay?"),
        ('file = "/x"', "line 1: file is no key"),
        ('"\\u001b[2J" = 1', '"\\u001b[2J" is no key'),
        ("[infocode]\nzzz = 1", "infocode.zzz is no key (here set to 1); expected one of url"),
    ],
    ids=["misspelt", "misspelt-in-source", "misspelt-table", "in-no-table", "not-a-key", "escape", "far-off"],
)
def test_an_unknown_key(text: str, problem: str, write: Write) -> None:
    assert problem in load_error(write(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("http = 3", "line 1: http is 3; expected a table of its own, [http]"),
        ("sources = 3", "line 1: sources is 3; expected one [[sources]] table for each source"),
        ("[sources]\nslug = 'x'", "line 1: sources is {"),
        ("sources = [3]", "line 1: sources[1] is 3; expected one [[sources]] table"),
        ("sources = [{slug = 'a'}]", "line 1: sources[a].name is missing"),
        ("[[http]]\ndelay = 1", "http is [{"),
    ],
    ids=["number", "number-for-list", "one-bracket", "list-of-numbers", "inline", "two-brackets"],
)
def test_a_table_of_another_form(text: str, problem: str, write: Write) -> None:
    assert problem in load_error(write(text))


def test_two_sources_with_one_slug(write: Write) -> None:
    file = write(source_table() + source_table(name='"别的"') + source_table())

    same = 'is "hexi", the slug of source 1 too; expected another for each source'
    assert load_error(file).splitlines() == [
        f"{file}, line 7: sources[2].slug {same}",
        f"{file}, line 12: sources[3].slug {same}",
    ]


def test_a_source_without_a_list_has_no_schedule(write: Write) -> None:
    file = write(source_table(kind='"infocode"', url='"http://h/{code}"', schedule='"* * * * *"'))

    assert "it has nothing to poll" in load_error(file)


def test_a_source_by_info_code_must_say_where_the_code_goes(write: Write) -> None:
    assert "url is" in (text := load_error(write(source_table(kind='"infocode"'))))
    assert "it does not contain {code}" in text


def test_the_slug_of_unlisted_articles_is_no_slug_of_a_page(write: Write) -> None:
    file = write(source_table(slug=f'"{RESERVED_SLUG}"'))

    assert load_error(file).startswith(
        f'{file}, line 4: sources[infocode].kind is "category": its slug infocode is reserved for articles'
        ' fetched by info code, so it needs another; expected "category" or "infocode" or '
    )


def test_every_problem_is_reported_at_once(write: Write) -> None:
    file = write(
        source_table(kind='"rss"', timezone='"Nowhere"', schedule='"x"')
        + source_table()
        + "[http]\nretries = -1"
    )

    text = load_error(file, JIANBAO_HTTP__DELAY="soon", JIANBAO_HTTP__DELLAY="1")

    assert len(text.splitlines()) == 7


def test_a_password_is_never_shown(write: Write) -> None:
    text = load_error(write(source_table(url='"https://me:secret@example.org/"')))

    assert "it contains a user name or password" in text
    assert "//…@example.org/" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("5", "archive is 5; expected the path of a folder"),
        ('""', 'archive is "": it is empty'),
        ('"a\\u0000b"', "it contains a control character"),
        ('"jianbao.toml"', 'archive is "jianbao.toml": it is a file'),
        ('"jianbao.toml/x"', "it would lie inside the file "),
        ('"~nobody-of-this-name/x"', "it names a home folder that does not exist"),
        (f'"{"x" * 300}"', "it can't be a folder (File name too long)"),
    ],
    ids=["number", "empty", "nul", "file", "below-a-file", "no-home", "too-long"],
)
def test_an_archive_that_cant_be(value: str, problem: str, write: Write) -> None:
    file = write(f"archive = {value}")

    text = load_error(file)

    assert text.startswith(f"{file}, line 1: archive is ")
    assert problem in text


# What the errors are made of


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_a_value_is_shown_short_on_one_printable_line(value: object) -> None:
    shown = show_value(value)

    assert shown.isprintable()
    assert len(shown) <= 80 * len("\\U0001f4f0")


def test_lines_are_found_without_a_parser() -> None:
    text = (
        '# c = 1\narchive = "x"\nhttp.delay = 1\n\n[[sources]]\nslug = "a"\n'
        ' [[ sources ]] # two \u2028 lines\n  slug="b"\n[service]\ngrace=1\n'
    )

    assert find_lines(text) == {
        ("archive",): 2,
        ("http", "delay"): 3,
        ("sources", 0): 5,
        ("sources", 0, "slug"): 6,
        ("sources", 1): 7,
        ("sources", 1, "slug"): 8,
        ("service",): 9,
        ("service", "grace"): 10,
    }


@pytest.mark.parametrize(
    "text",
    [
        'archive = """\n[http]\ndelay = 1\n"""\n[http]\ndelay = -1\n',
        '["http"]\ndelay = -1\n',
        '"http" = {delay = -1}\n',
    ],
    ids=["text-of-many-lines", "quoted-header", "inline"],
)
def test_no_line_is_better_than_a_wrong_one(text: str, write: Write) -> None:
    file = write(text)

    assert f"{file}: http.delay is -1; expected" in load_error(file)


def test_a_quoted_header_does_not_lend_its_keys_to_the_table_before(write: Write) -> None:
    file = write('[service]\njitter = -1\n["http"]\njitter = 3\n')

    assert f"{file}, line 2: service.jitter is -1" in load_error(file)


# Keys of a source that only some kinds take


def test_a_key_of_another_kind_names_its_line_and_who_takes_it(write: Write) -> None:
    file = write(source_table(facsimile='"image"'))

    line = file.read_text("utf-8").split("\n").index('facsimile = "image"') + 1
    error = load_error(file)
    assert error.startswith(f"{file}, line {line}: sources[hexi].facsimile is no key of the kind category")


def test_the_line_of_a_table_inside_of_a_source() -> None:
    text = (
        "[[sources]]\nslug = 1\n[[sources.layout]]\ntitle = 1\n[[sources.layout]]\nbody = 1\n"
        "[sources.layout.time]\ncss = 1\n[[sources]]\n[[sources.layout]]\ntitle = 2\n[http]\ndelay = 1\n"
    )

    assert find_lines(text) == {
        ("sources", 0): 1,
        ("sources", 0, "slug"): 2,
        ("sources", 0, "layout", 0): 3,
        ("sources", 0, "layout", 0, "title"): 4,
        ("sources", 0, "layout", 1): 5,
        ("sources", 0, "layout", 1, "body"): 6,
        ("sources", 0, "layout", 1, "time"): 7,
        ("sources", 0, "layout", 1, "time", "css"): 8,
        ("sources", 1): 9,
        ("sources", 1, "layout", 0): 10,
        ("sources", 1, "layout", 0, "title"): 11,
        ("http",): 12,
        ("http", "delay"): 13,
    }
