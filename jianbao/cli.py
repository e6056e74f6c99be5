"""The command line: arguments in, one function called, known errors turned into a sentence and a status.

Exit status: 0 all well; 1 something failed or is missing; 2 usage or configuration; 3 the archive is busy;
130 interrupted.
"""

from __future__ import annotations

import gc
import signal
import sys
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

from jianbao import __version__
from jianbao.commands import (
    backfill,
    backup,
    check,
    crawl,
    demo,
    doctor,
    export,
    gaps,
    import_,
    init,
    list_articles,
    notify,
    rebuild,
    recrawl,
    reindex,
    reparse,
    restore,
    run,
    search,
    serve,
    show,
    source,
    sources,
    sql,
    stats,
    status,
    stories,
    trend,
    verify,
)
from jianbao.terminal.exit_status import ExitStatus, status_of
from jianbao.terminal.invocation import Invocation
from jianbao.terminal.language import Chosen
from jianbao.terminal.streams import OutputLost, open_standard_streams, say

_COLLECT_AFTER = (20_000, 20, 20)  # new objects; collections of the youngest; collections of the middle ones

app = typer.Typer(
    name="jianbao",
    help="剪报: a complete, trustworthy, searchable archive of Chinese newspapers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jianbao {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The configuration file.", envvar="JIANBAO_CONFIG", metavar="FILE")
    ] = None,
    archive: Annotated[
        Path | None, typer.Option(help="The archive's folder.", envvar="JIANBAO_ARCHIVE", metavar="DIR")
    ] = None,
    language: Annotated[
        Chosen | None,
        typer.Option(help="The language of messages.", envvar="JIANBAO_LANGUAGE", metavar="en|zh"),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """Keep what every command needs."""
    context.obj = Invocation(config, archive, language.value if language else None)


for _name, _command, _example in (
    ("init", init.init, "init my-archive"),
    ("demo", demo.demo, "demo"),
    ("crawl", crawl.crawl, "crawl shangraoribao"),
    ("recrawl", recrawl.recrawl, "recrawl --state failed"),
    ("reparse", reparse.reparse, "reparse --source jxrb --apply"),
    ("check", check.check, "check --source jxrb --from 2026-03"),
    ("backfill", backfill.backfill, "backfill jxrb --from 2024"),
    ("run", run.run, "run"),
    ("status", status.status, "status"),
    ("gaps", gaps.gaps, "gaps --from 2026-03"),
    ("sources", sources.sources, "sources"),
    ("search", search.search, "search '光伏 上饶' --from 2026-03"),
    ("list", list_articles.list_articles, "list --media 上饶日报 --limit 50"),
    ("stories", stories.stories, "stories"),
    ("show", show.show, "show NW202603202900000000 --diff"),
    ("reindex", reindex.reindex, "reindex"),
    ("rebuild", rebuild.rebuild, "rebuild --to /tmp/rebuilt"),
    ("trend", trend.trend, "trend 光伏 --by month"),
    ("stats", stats.stats, "stats"),
    ("sql", sql.sql, "sql 'SELECT media, count(*) FROM article GROUP BY media'"),
    ("verify", verify.verify, "verify --full"),
    ("backup", backup.backup, "backup /mnt/backup/jianbao --keep 30"),
    ("restore", restore.restore, "restore /mnt/backup/jianbao --to restored"),
    ("doctor", doctor.doctor, "doctor --online"),
    ("serve", serve.serve, "serve"),
):
    app.command(_name, epilog=f"Example: jianbao {_example}")(_command)
app.add_typer(source.app, name="source", epilog="Example: jianbao source add 南昌日报")
app.add_typer(import_.app, name="import", epilog="Example: jianbao import posts ../finews")
app.add_typer(notify.app, name="notify", epilog="Example: jianbao notify test")
app.add_typer(export.app, name="export", epilog="Example: jianbao export jsonl articles.jsonl")


def main() -> None:
    """Run the command line and exit with its status."""
    gc.set_threshold(*_COLLECT_AFTER)  # of all that is loaded next, nothing becomes garbage
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is an interrupt too
    open_standard_streams()
    status = _run()
    try:
        sys.stdout.flush()
    except OutputLost as lost:
        say(f"jianbao: {lost}")
        status = status or ExitStatus.FAILED
    gc.freeze()  # or the interpreter's end looks through every object once more: 0.15 s
    sys.exit(status)


def _run() -> int:
    """Run what the arguments ask for; return its status, with every known error told in a sentence."""
    try:
        return int(app(prog_name="jianbao", standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt):
        return ExitStatus.INTERRUPTED
    except typer.TyperException as error:
        return _refuse_usage(error)
    except Exception as error:  # noqa: BLE001 - an unknown one is raised again
        return _explain(error)


def _refuse_usage(error: typer.TyperException) -> ExitStatus:
    """Print how the command is meant to be used, and what was wrong with its words."""
    show = getattr(error, "show", None)  # of the parser's own errors, which typer does not export by name
    if callable(show):
        usage = StringIO()
        show(file=usage)
        say(usage.getvalue().rstrip())
    else:
        say(f"jianbao: {error}")
    return ExitStatus.USAGE


def _explain(error: Exception) -> ExitStatus:
    """Print a known error as its sentence and return its status; raise an unknown one with its trace."""
    from storage.database.trouble import foresee  # noqa: PLC0415 - only a failing command pays for it

    foreseen = foresee(error)
    if foreseen is None:
        raise error
    for line in str(foreseen).splitlines():
        say(f"jianbao: {line}")
    return status_of(foreseen)
