"""Where alerts go in tests: a mail server and a webhook on loopback, which may be down."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from jianbao.configuration import Configuration, load_configuration
from jianbao.upkeep.alerts.sending import Outcome, Round
from storage.archive.folder import Archive
from storage.events.event import open_event, resolve_events
from storage.records.saying import Saying, quote
from support.configuration_file import source_table, write_file

NOON = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)


@dataclass
class MailBox:
    """Every mail that arrived."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = cast(bytes, envelope.content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def texts(self) -> list[tuple[str, str]]:
        """Return the title and the plain text of each."""
        found = []
        for mail in self.mails:
            body = mail.get_body(("plain", "html"))
            found.append((str(mail["Subject"]), body.get_content() if body else ""))
        return found


@contextmanager
def serve_mail() -> Iterator[tuple[str, MailBox]]:
    """Run a mail server; give the address of a channel there, and what arrives."""
    box = MailBox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"mailto://127.0.0.1:{port}?to=editor@example.org&from=jianbao@example.org", box
    finally:
        controller.stop()


@dataclass
class Webhook:
    """A web address that takes messages, and answers with ``status``; ``asked`` are paths."""

    address: str = ""
    status: int = 200
    location: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [message["message"] for message in self.messages]


@contextmanager
def serve_webhook() -> Iterator[Webhook]:
    """Run a web server that takes what is posted, and gives nothing away."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hook.status == 200:
                hook.messages.append(said)
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            hook.asked.append(self.path)
            self.send_response(hook.status)
            if hook.location is not None:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    hook.address = f"http://127.0.0.1:{server.server_port}/hook/SECRET-TOKEN"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def channel(name: str = "hook", **keys: object) -> str:
    """Return the table of a channel; values are as JSON writes them, which TOML reads too."""
    said = {"name": name, **keys}
    return "[[alerts.channels]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())


@dataclass
class Alerted:
    """An archive with alerts; ``now`` is its clock."""

    folder: Path
    archive: Archive
    tables: str
    now: datetime = NOON
    before: str = 'language = "zh"\n'

    @property
    def configuration(self) -> Configuration:
        file = write_file(self.folder, self.before + source_table() + self.tables)
        return load_configuration(file, self.archive.folder, {})

    def open(self, kind: str, message: Saying | str = "页面返回 503", **about: Any) -> None:
        with self.archive.writing() as connection:
            said = message if isinstance(message, Saying) else quote(message)
            open_event(connection, kind, said, self.now, **about)

    def resolve(self, kind: str, **about: Any) -> None:
        with self.archive.writing() as connection:
            resolve_events(connection, (kind,), self.now, **about)

    def round(self, after: timedelta = timedelta(0)) -> list[Outcome]:
        self.now += after
        return Round(self.archive, self.configuration, {}, self.now).run()
