"""Are advisories known of what users install? ``make audit``, ``make audit ADVISORIES=FOLDER``.

Every package of ``requirements-run.lock`` is looked up: in saved advisories (a folder or a ZIP file,
``advisories.py`` says of which shapes), else by pip-audit, which asks a service on the internet. It ends with

* 0: every package was looked up, and nothing is known of any
* 1: something is known that nobody accepted (``accepted_advisories.toml``): each line names package, version,
  advisory, and the versions that mend it
* 3: it cannot be said: the service was not reached, it knows some packages not at all, or what was saved is
  broken or older than ``--days``. That is never taken for good news.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

sys.path.insert(0, str(Path(__file__).parent))

from advisories import DatabaseUnusable, load_advisories

ROOT = Path(__file__).parent.parent
GOOD, FOUND, UNKNOWN = 0, 1, 3
_LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_PATIENCE = 600  # seconds that pip-audit may take


class CannotSay(Exception):
    """The question has no answer; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """Something that is known of a version."""

    package: str
    version: str
    names: Sequence[str]
    fixed: Sequence[str]
    summary: str

    def __str__(self) -> str:
        mended = f"mended in {', '.join(self.fixed)}" if self.fixed else "mended in no version"
        said = f"{self.package} {self.version}: {self.names[0]} ({mended}) {self.summary[:200]}"
        return "".join(one if one.isprintable() else " " for one in said)

    def find_reason(self, accepted: Mapping[str, str]) -> str | None:
        """Return why it does not concern us, if that is so."""
        return next((accepted[name] for name in self.names if name in accepted), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known, who says so, and why that is not all that there may be (nothing when it is)."""

    found: Sequence[Known]
    source: str
    lack: str = ""


def main() -> int:
    """Look up, say what is known, and return the exit status."""
    options = _read_arguments()
    packages = list_packages(options.lock.read_text("utf-8"))
    try:
        if options.advisories:
            answer = _ask_saved(packages, Path(options.advisories), options.days)
        else:
            answer = _ask_service(options.lock, options.timeout)
    except (CannotSay, DatabaseUnusable) as error:
        print(f"{_CANNOT}: {error}", file=sys.stderr)
        return UNKNOWN
    accepted = tomllib.loads(options.accepted.read_text("utf-8"))
    concerning = [one for one in answer.found if one.find_reason(accepted) is None]
    for one in answer.found:
        reason = one.find_reason(accepted)
        print(one if reason is None else f"{one}\n    accepted: {reason}")
    said = f"{len(concerning)} advisories concern" if concerning else "no advisory concerns"
    print(f"audit: {said} the {len(packages)} packages of {options.lock.name}, by {answer.source}")
    if not concerning and answer.lack:
        print(f"{_CANNOT}: {answer.lack}", file=sys.stderr)
        return UNKNOWN
    return FOUND if concerning else GOOD


def list_packages(lock: str) -> list[tuple[str, Version]]:
    """Return every package and version of a lock file, those for other systems and Pythons too."""
    found = [(str(canonicalize_name(name)), Version(version)) for name, version in _LINE.findall(lock)]
    if not found:
        raise SystemExit("audit: the lock file names no package")
    return found


def _ask_saved(packages: Sequence[tuple[str, Version]], place: Path, days: int) -> Answer:
    advisories = load_advisories(place)
    newest = max(one.modified for one in advisories)
    found = [
        Known(package, str(version), (one.id, *one.aliases), one.fixed, one.summary)
        for package, version in packages
        for one in advisories
        if one.package == package and one.concerns(version)
    ]
    age = (datetime.now(UTC) - newest).days
    source = f"{len(advisories)} saved advisories, the newest of {newest:%Y-%m-%d}"
    if age <= days:
        return Answer(found, source)
    return Answer(found, source, f"they are {age} days old, and {days} are the most: save them again")


def _ask_service(lock: Path, timeout: int) -> Answer:
    """Have pip-audit ask its service; what it left out counts as unknown, though it calls that success."""
    wanted = ["--requirement", str(lock), "--disable-pip", "--require-hashes", "--format", "json"]
    quiet = ["--progress-spinner", "off", "--timeout", str(timeout)]
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "pip_audit", *wanted, *quiet],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        answered: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise CannotSay(f"pip-audit was not done after {_PATIENCE} seconds. {_ADVICE}") from None
    except (ValueError, KeyError):
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotSay(f"pip-audit ended with {ended.returncode}: {last[:300]}. {_ADVICE}") from None
    found = [
        Known(
            one["name"],
            one["version"],
            (known["id"], *known.get("aliases", ())),
            known["fix_versions"],
            known.get("description") or "",
        )
        for one in answered
        for known in one.get("vulns", ())
    ]
    left_out = [one["name"] for one in answered if "skip_reason" in one]
    if not left_out and answered:
        return Answer(found, "pip-audit")
    some = ", ".join(left_out[:3])
    lack = f"the service knows {len(left_out)} of {len(answered)} packages not at all ({some}). {_ADVICE}"
    return Answer(found, "pip-audit", lack)


_CANNOT = "audit: cannot say whether anything is known of these packages"
_ADVICE = "Without that service, save OSV's advisories (CONTRIBUTING.md) and say make audit ADVISORIES=FOLDER"


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements-run.lock", help="what is looked up")
    parser.add_argument("--advisories", default="", help="a folder or a ZIP file of saved advisories")
    accepted = Path(__file__).with_name("accepted_advisories.toml")
    parser.add_argument(
        "--accepted", type=Path, default=accepted, help="advisories with reasons to live with"
    )
    parser.add_argument("--days", type=int, default=30, help="how old the newest of them may be")
    parser.add_argument("--timeout", type=int, default=15, help="seconds for an answer of the service")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
