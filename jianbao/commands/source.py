"""`jianbao source`: find out how a newspaper is read, write it down, and prove it, live and offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jianbao.commands.source_lines import show_articles, show_proposal, tell_links, tell_tests
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jianbao.configuration import Configuration, Source
    from jianbao.discovery.asking import Outcome
    from jianbao.discovery.catalogue import KnownPaper
    from jianbao.discovery.proof import Proof
    from jianbao.discovery.proposal import Proposal, Wish

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_SHOWN = 20


@app.callback()
def source() -> None:
    """Add newspapers by name or address, and prove how they are read."""


@app.command("add", epilog="Example: jianbao source add 南昌日报 --dry-run")
def add(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(help="A newspaper's name, or any address.", metavar="NAME-OR-ADDRESS")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Write it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it and write nothing.")] = False,
    as_json: AsJson = False,
    name: Annotated[str | None, typer.Option(help="Its name for people.", metavar="NAME")] = None,
    slug: Annotated[str | None, typer.Option(help="Its name in commands.", metavar="SLUG")] = None,
) -> None:
    """Find out how a newspaper is read, and write it down.

    It asks a few questions, and shows what it would archive before it asks whether to write it.
    """
    from datetime import UTC, datetime

    from jianbao.discovery.asking import MOST_QUESTIONS, hold_dialogue
    from jianbao.discovery.block import append_block
    from jianbao.discovery.proposal import propose
    from jianbao.discovery.samples import folder_of, save_samples
    from jianbao.terminal.output import print_json, print_line, print_note

    configuration = Invocation.of(context).configuration()
    file = _file_of(configuration)
    now = datetime.now(UTC)
    wish = _wish(configuration, what, name, slug, now)
    if len({paper.name for paper in wish.papers}) > 1:
        _refuse_several(what, wish.papers, as_json=as_json)
    _refuse_known(configuration, wish)
    outcome: Outcome[Proposal] = hold_dialogue(
        configuration,
        propose(wish, configuration),
        lambda url: print_note(f"asking {url}"),
        most=MOST_QUESTIONS if wish.address else 2 * MOST_QUESTIONS,
        wished=wish.address,
    )
    proposal = outcome.found
    block = proposal.block(f"{proposal.keys['name']}: added {now:%Y-%m-%d} by jianbao source add {what}")
    if not as_json:
        show_proposal(proposal, outcome.asked, block)
    is_wanted = not dry_run and (yes or (not as_json and _is_confirmed(file)))
    if is_wanted:
        append_block(file, block)
        save_samples(folder_of(file, str(proposal.keys["slug"])), proposal.proof)
    if as_json:
        print_json(_as_json(proposal, outcome.asked, block, file, written=is_wanted))
    elif is_wanted:
        print_line(f"{file} has it now. Next: jianbao crawl {proposal.keys['slug']}")
    else:
        print_line("nothing was written" + ("" if dry_run else "; --yes writes it without asking"))


@app.command("check", epilog="Example: jianbao source check jxrb")
def check(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="The source.", metavar="SLUG")],
    as_json: AsJson = False,
) -> None:
    """Ask a source's site now, and tell what is read there.

    What its list has, what its first articles say, and by which rules.
    """
    from jianbao.terminal.output import print_json, print_line

    configuration = Invocation.of(context).configuration()
    chosen = _choose(configuration, slug)
    proof, asked = _prove_live(configuration, chosen)
    known = _count_known(configuration, slug, [one.info_code for one in proof.listing.listed])
    troubles = [one.trouble for one in proof.articles if one.trouble]
    is_well = bool(proof.listing.listed or chosen.kind == "category") and (
        proof.is_readable or not proof.articles
    )
    if as_json:
        print_json(
            {
                "slug": slug,
                "ok": is_well and not troubles,
                "questions": len(asked),
                "links": len(proof.listing.listed),
                "unread": proof.listing.unread,
                **known,
                "articles": [one.as_json() for one in proof.articles],
            }
        )
    else:
        print_line(f"{chosen.name}: {tell_links(proof, known)}")
        show_articles(proof.articles)
    raise typer.Exit(ExitStatus.OK if is_well and not troubles else ExitStatus.FAILED)


@app.command("save", epilog="Example: jianbao source save jxrb")
def save(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="The source.", metavar="SLUG")],
    as_json: AsJson = False,
) -> None:
    """Keep samples of a source beside the configuration."""
    from jianbao.discovery.samples import folder_of, save_samples
    from jianbao.terminal.output import print_json, print_line

    configuration = Invocation.of(context).configuration()
    file = _file_of(configuration)
    proof, _ = _prove_live(configuration, _choose(configuration, slug))
    folder = folder_of(file, slug)
    count = save_samples(folder, proof)
    if as_json:
        print_json({"slug": slug, "folder": str(folder), "files": count})
    else:
        then = f"Offline: jianbao source test {slug}" if count else f"Why: jianbao source check {slug}"
        print_line(f"{count} pages are kept in {folder}. {then}")
    raise typer.Exit(ExitStatus.OK if count else ExitStatus.FAILED)


@app.command("test", epilog="Example: jianbao source test")
def prove_offline(
    context: typer.Context,
    slug: Annotated[str | None, typer.Argument(help="The source; all by default.", metavar="SLUG")] = None,
    as_json: AsJson = False,
) -> None:
    """Read saved samples offline, and tell what differs."""
    from jianbao.discovery.offline import compare_samples
    from jianbao.discovery.samples import folder_of, read_samples
    from jianbao.terminal.output import print_json, print_line

    configuration = Invocation.of(context).configuration()
    file = _file_of(configuration)
    chosen = (
        [_choose(configuration, slug)] if slug else [one for one in configuration.sources if one.is_polled]
    )
    report: list[dict[str, Any]] = []
    for one in chosen:
        expected, samples = read_samples(folder_of(file, one.slug))
        count = len(samples) + len(one.test) + len(one.test_list)
        tested = compare_samples(one, configuration, expected, samples)
        is_well = bool(count) and not any(each.differs for each in tested)
        report.append(
            {
                "slug": one.slug,
                "ok": is_well,
                "samples": count,
                "tested": [each.as_json() for each in tested],
            }
        )
    if as_json:
        print_json({"sources": report})
    else:
        for line in tell_tests(report):
            print_line(line)
    is_proved = all(one["ok"] or (slug is None and not one["samples"]) for one in report)
    raise typer.Exit(ExitStatus.OK if is_proved else ExitStatus.FAILED)


@app.command("list", epilog="Example: jianbao source list")
def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List the configured sources and their samples."""
    from jianbao.discovery.samples import folder_of, read_samples
    from jianbao.terminal.output import print_json, print_table

    configuration = Invocation.of(context).configuration()
    file = _file_of(configuration)
    rows = [
        {
            "slug": one.slug,
            "name": one.name,
            "kind": one.kind,
            "url": one.url,
            "schedule": one.schedule,
            "enabled": one.enabled,
            "samples": len(read_samples(folder_of(file, one.slug))[1]) + len(one.test) + len(one.test_list),
        }
        for one in configuration.sources
    ]
    if as_json:
        print_json({"sources": rows})
        return
    columns = ("slug", "name", "kind", "url", "schedule", "samples")
    print_table(columns, ([row[column] for column in columns] for row in rows))


@app.command("find", epilog="Example: jianbao source find 江西")
def find(
    context: typer.Context,  # noqa: ARG001 - the catalogue needs no configuration
    word: Annotated[str, typer.Argument(help="A part of a newspaper's name.", metavar="WORD")],
    as_json: AsJson = False,
) -> None:
    """Look a newspaper up in the shipped catalogue."""
    from jianbao.discovery.catalogue import find_papers, suggest_names
    from jianbao.terminal.output import print_json, print_note, print_table

    papers = find_papers(word)
    if as_json:
        print_json({"total": len(papers), "papers": [_paper_as_json(paper) for paper in papers]})
    elif papers:
        rows = ((paper.name, paper.family or "", paper.base) for paper in papers)
        print_table(("name", "family", "address, as of 2023"), rows)
    else:
        print_note(f"the catalogue has no {word!r}{_suggest(suggest_names(word))}")
    raise typer.Exit(ExitStatus.OK if papers else ExitStatus.FAILED)


def _file_of(configuration: Configuration) -> Path:
    from jianbao.configuration import ConfigurationError

    if configuration.file is None:
        raise ConfigurationError("sources are written in a file: run `jianbao init` to write one")
    return configuration.file


def _wish(configuration: Configuration, what: str, name: str | None, slug: str | None, now: Any) -> Wish:
    from jianbao.discovery.address import as_address
    from jianbao.discovery.catalogue import find_papers, suggest_names
    from jianbao.discovery.proposal import Wish
    from spiders.recognition.dialogue import NoSource

    try:
        address = as_address(what)
    except ValueError as error:
        raise typer.BadParameter(f"{what} can't be asked for: {error}") from error
    papers = () if address else find_papers(what)
    if address is None and not papers:
        raise NoSource(
            f"the catalogue has no newspaper {what!r}{_suggest(suggest_names(what))}; give its address, "
            "such as http://news.example.org/"
        )
    taken = {*(one.slug for one in configuration.sources), *_former_slugs(configuration)}
    if slug is not None and slug in taken:
        raise typer.BadParameter(f"--slug {slug}: a source has or had this slug; choose another")
    sites = {one.site for one in configuration.sources if one.site} | taken
    return Wish(now, address, papers, name, slug, taken, sites)


def _former_slugs(configuration: Configuration) -> set[str]:
    """Return the slugs that the archive knows, also of sources that are configured no more."""
    from storage.archive.folder import Archive, NoArchive
    from storage.ledger.source import list_sources as list_stored

    try:
        with Archive.open_reading(configuration.archive) as archive, archive.reading() as connection:
            return {row.slug for row in list_stored(connection)}
    except NoArchive:
        return set()


def _refuse_known(configuration: Configuration, wish: Wish) -> None:
    from spiders.recognition.dialogue import NoSource

    places = {wish.address, *(paper.base for paper in wish.papers)} - {None}
    for one in configuration.sources:
        if one.url in places:
            raise NoSource(f"{one.url} is a source already: {one.slug}; try: jianbao source check {one.slug}")


def _refuse_several(what: str, papers: Sequence[KnownPaper], *, as_json: bool) -> None:
    from jianbao.terminal.output import print_json, print_note

    names = list(dict.fromkeys(paper.name for paper in papers))
    if as_json:
        print_json({"written": False, "papers": [_paper_as_json(paper) for paper in papers]})
    else:
        print_note(f"the catalogue has {len(names)} newspapers for {what!r}; name one of them:")
        for name in names[:_SHOWN]:
            print_note(f"  {name}")
    raise typer.Exit(ExitStatus.FAILED)


def _is_confirmed(file: Path) -> bool:
    import sys

    if not sys.stdin.isatty():
        return False
    return typer.confirm(f"Write this into {file}?", err=True)


def _choose(configuration: Configuration, slug: str) -> Source:
    from storage.ledger.source import UnknownSource

    for one in configuration.sources:
        if one.slug == slug and one.is_polled:
            return one
    raise UnknownSource(
        f"the configuration has no source {slug!r} to poll: it has "
        f"{', '.join(one.slug for one in configuration.sources if one.is_polled) or 'none'}"
    )


def _prove_live(configuration: Configuration, chosen: Source) -> tuple[Proof, tuple[str, ...]]:
    from datetime import UTC, datetime

    from jianbao.discovery.asking import hold_dialogue
    from jianbao.discovery.memory import remembering
    from jianbao.discovery.proof import prove
    from jianbao.terminal.output import print_note
    from spiders.recognition.dialogue import NoSource
    from storage.records import SetAside, TryLater

    dialogue = remembering(prove(chosen, configuration, datetime.now(UTC)), {})
    try:
        outcome: Outcome[Proof] = hold_dialogue(
            configuration, dialogue, lambda url: print_note(f"asking {url}")
        )
    except (SetAside, TryLater) as trouble:
        raise NoSource(f"the list of {chosen.slug} could not be read: {trouble}") from trouble
    return outcome.found, outcome.asked


def _count_known(configuration: Configuration, slug: str, codes: Sequence[str]) -> dict[str, Any]:
    """Return how many of the listed articles the archive knows, and how many it listed a day ago."""
    from datetime import UTC, datetime, timedelta

    from storage.archive.folder import Archive, NoArchive
    from storage.ledger.listing import count_listed_since, find_listed

    try:
        with Archive.open_reading(configuration.archive) as archive, archive.reading() as connection:
            known = len(find_listed(connection, slug, codes))
            before = count_listed_since(connection, slug, datetime.now(UTC) - timedelta(days=2))
    except NoArchive:
        known, before = 0, 0
    return {"known": known, "new": len(codes) - known, "listed_before": before}


def _as_json(
    proposal: Proposal, asked: Sequence[str], block: str, file: Path, *, written: bool
) -> dict[str, Any]:
    return {
        "written": written,
        "file": str(file),
        "kind": proposal.keys["kind"],
        "declaration": dict(proposal.keys),
        "block": block,
        "reasons": list(proposal.reasons),
        "beside": list(proposal.beside),
        "questions": len(asked),
        "asked": list(asked),
        "links": len(proposal.proof.listing.listed),
        "articles": [one.as_json() for one in proposal.proof.articles],
    }


def _paper_as_json(paper: KnownPaper) -> dict[str, Any]:
    return {"name": paper.name, "family": paper.family, "url": paper.base, "issue": paper.issue}


def _suggest(names: Sequence[str]) -> str:
    return f"; it has {', '.join(names)}" if names else ""
