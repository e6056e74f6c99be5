"""The command line: arguments in, one function called, known errors turned into a sentence and a status.

Exit status: 0 all well; 1 something failed or is missing; 2 usage or configuration; 3 the archive is busy;
130 interrupted.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from jianbao import __version__
from jianbao.commands import (
    crawl,
    demo,
    export,
    import_,
    init,
    list_articles,
    recrawl,
    reindex,
    run,
    search,
    serve,
    show,
    sources,
    sql,
    stats,
    status,
    stories,
    trend,
)
from jianbao.invocation import ExitStatus, Invocation

app = typer.Typer(
    name="jianbao",
    help="剪报: a complete, trustworthy, searchable archive of Chinese newspapers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """Keep what every command needs."""
    context.obj = Invocation(config, archive)


app.command("init")(init.init)
app.command("demo")(demo.demo)
app.command("crawl")(crawl.crawl)
app.command("recrawl")(recrawl.recrawl)
app.command("run")(run.run)
app.command("status")(status.status)
app.command("sources")(sources.sources)
app.command("search")(search.search)
app.command("list")(list_articles.list_articles)
app.command("stories")(stories.stories)
app.command("show")(show.show)
app.command("reindex")(reindex.reindex)
app.command("trend")(trend.trend)
app.command("stats")(stats.stats)
app.command("sql")(sql.sql)
app.command("serve")(serve.serve)
app.add_typer(import_.app, name="import")
app.add_typer(export.app, name="export")


def main() -> None:
    """Run the command line and exit with its status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is an interrupt too
    try:
        status = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        status = ExitStatus.INTERRUPTED
    except typer.TyperException as error:
        status = _refuse_usage(error)
    except Exception as error:  # noqa: BLE001 - an unknown one is raised again
        status = _explain(error)
    sys.exit(int(status or 0))


def _refuse_usage(error: typer.TyperException) -> ExitStatus:
    """Print how the command is meant to be used, and what was wrong with its words."""
    show = getattr(error, "show", None)  # of the parser's own errors, which typer does not export by name
    if callable(show):
        show()
    else:
        print(f"jianbao: {error}", file=sys.stderr)  # noqa: T201
    return ExitStatus.USAGE


def _explain(error: Exception) -> ExitStatus:
    """Print a known error as its sentence and return its status; raise an unknown one with its trace."""
    from jianbao.refusals import say, status_of  # noqa: PLC0415 - only a failing command pays for it

    status = status_of(error)
    if status is None:
        raise error
    for line in say(error).splitlines():
        print(f"jianbao: {line}", file=sys.stderr)  # noqa: T201
    return status
