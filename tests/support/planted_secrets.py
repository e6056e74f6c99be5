"""Secrets wherever a configuration or the environment may hold one, and a search for them elsewhere."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from support.alert_targets import channel


@dataclass
class Planted:
    """Secrets by the place in which each stands; ``heard`` is what was printed, by whom."""

    by_place: dict[str, str] = field(default_factory=dict)
    heard: dict[str, str] = field(default_factory=dict)

    def make(self, place: str) -> str:
        """Return a secret for a place: long, odd, and like nothing else."""
        secret = f"S3CRET{len(self.by_place)}{zlib.crc32(place.encode()):08x}"
        self.by_place[place] = secret
        return secret

    def find_in(self, where: str, data: bytes) -> Iterator[str]:
        """Yield a line for each secret in some bytes, as it is or in base64."""
        for place, secret in self.by_place.items():
            forms = {secret.encode(), quote(secret).encode(), *_in_base64(secret)}
            if any(form in data for form in forms):
                yield f"the secret of {place} in {where}"

    def find_in_files(self, folder: Path, but: frozenset[Path] = frozenset()) -> Iterator[str]:
        """Yield a line for each secret in each file below a folder, packed ones unpacked."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in but:
                data = path.read_bytes()
                if path.suffix == ".gz":
                    with suppress(OSError, EOFError, zlib.error):
                        data += gzip.decompress(data)
                yield from self.find_in(str(path.relative_to(folder)), data)

    def find_in_heard(self) -> Iterator[str]:
        """Yield a line for each secret in what was printed."""
        for who, said in self.heard.items():
            yield from self.find_in(who, said.encode("utf-8", "surrogatepass"))


def _in_base64(secret: str) -> Iterator[bytes]:
    """Yield what surely stands in the base64 of anything that holds a secret."""
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + secret.encode())
        yield coded[4 if shift else 0 : -8]


def plant_alerts(planted: Planted, folder: Path, hook: str, nobody: str) -> str:
    """Return the tables of alerts with a secret in every form that an address has; files are written."""
    at = hook.removeprefix("http://").partition("/")[0]
    away = nobody.removeprefix("http://")
    make = planted.make
    addresses = {
        "a webhook's path": f"http://{at}/{make('a webhook path')}",
        "a webhook's query": f"http://{at}/hook?token={make('a webhook query')}",
        "a webhook's user": f"json://editor:{make('a webhook password')}@{at}/hook",
        "a webhook out of reach": f"http://{away}/{make('a webhook out of reach')}?key={make('a key')}",
        "a secure webhook": f"https://u:{make('a secure webhook')}@{away}/hook",
        "mail": f"mailto://editor:{make('a mail password')}@{away}?to=a@example.org&from=b@example.org",
        "no scheme": f"nothing://{make('no scheme')}",
        "no host": f"http://[{make('no host')}",
        "no port": f"json://u:{make('no port')}/x@{away}",
        "no address": make("no address"),
    }
    (folder / "channel").write_text(f"http://{at}/{make('a file')}\n", "utf-8")
    tables = [channel(name, url=url) for name, url in addresses.items()]
    tables += [channel("of a variable", url_env="CHANNEL"), channel("of a file", url_file="channel")]
    ping = f"http://u:{make('a ping password')}@{away}/{make('a ping')}"
    return f"[alerts]\nping = {json.dumps(ping)}\n" + "".join(tables)


def environment(planted: Planted, hook: str, proxy: str) -> Mapping[str, str]:
    """Return variables that hold secrets: of a channel, a proxy, and some that mean nothing to us."""
    at = proxy.removeprefix("http://")
    return {
        "CHANNEL": f"{hook}/{planted.make('a variable of a channel')}",
        "HTTP_PROXY": f"http://crawler:{planted.make('a proxy')}@{at}",
        "http_proxy": f"http://crawler:{planted.make('a proxy in small letters')}@{at}",
    }
