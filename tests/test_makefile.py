"""Setting up by `make`: a .venv that is not whole is made again; one that cannot be made leaves nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIP = """#!/bin/sh
case "$*" in
  "-m pip --version") test -e "$(dirname "$0")/pip" ;;
  "-m pip install "*) echo "pip $*" >> "$LOG"
     printf '#!/bin/sh\\necho "uv $*" >> "$LOG"\\n' > "$(dirname "$0")/uv"
     chmod +x "$(dirname "$0")/uv" ;;
esac
"""
PYTHON = f"""#!/bin/sh
case "$*" in
  "-m venv "*) echo "venv" >> "$LOG"; mkdir -p .venv/bin; cat > .venv/bin/python <<'END'
{PIP}END
     chmod +x .venv/bin/python; test -z "$NO_VENV" || exit 1; touch .venv/bin/pip ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with our Makefile, a Python that only notes what it is asked for, and no uv."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(PYTHON, "utf-8")
    python.chmod(0o755)
    return tmp_path


def set_up(checkout: Path, **environment: str) -> tuple[int, str, list[str]]:
    """Make .venv; return the status, what was said, and what was asked for."""
    log = checkout / "log"
    ended = subprocess.run(
        ["make", ".venv/.installed", f"PYTHON={checkout / 'python'}"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", "LOG": str(log)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    asked = [line.split()[0] for line in log.read_text("utf-8").splitlines()]
    log.unlink()
    return ended.returncode, ended.stderr, asked


WHOLE = ["venv", "pip", "uv", "uv"]
pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or any(Path(folder, "uv").exists() for folder in ("/usr/bin", "/bin")),
    reason="needs make, and no uv of the system's",
)


def test_setting_up_says_what_it_does(checkout: Path) -> None:
    status, said, asked = set_up(checkout)
    assert (status, asked) == (0, WHOLE)
    for step in (
        "Setting up .venv, once",
        "fetching uv",
        "packages, each checked",
        "installing jianbao itself",
    ):
        assert step in said


@pytest.mark.parametrize("rest", ["no pip", "no python", "an empty folder"])
def test_a_venv_that_is_not_whole_is_made_again(checkout: Path, rest: str) -> None:
    set_up(checkout)
    (checkout / ".venv" / ".installed").unlink()
    if rest == "an empty folder":
        shutil.rmtree(checkout / ".venv" / "bin")
    else:
        (checkout / ".venv" / "bin" / rest.removeprefix("no ")).unlink()
    status, said, asked = set_up(checkout)
    assert (status, asked) == (0, WHOLE)
    assert ".venv is not whole: it is made again" in said


def test_a_whole_venv_is_kept(checkout: Path) -> None:
    set_up(checkout)
    (checkout / ".venv" / ".installed").unlink()
    status, said, asked = set_up(checkout)
    assert (status, asked) == (0, ["uv", "uv"])
    assert "not whole" not in said


def test_without_the_venv_module_nothing_is_left(checkout: Path) -> None:
    status, said, asked = set_up(checkout, NO_VENV="1")
    assert (status != 0, asked) == (True, ["venv"])
    assert "apt install python3-venv" in said
    assert not (checkout / ".venv").exists()
