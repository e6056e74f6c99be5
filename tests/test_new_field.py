"""A field that is added to articles in five places goes everywhere: nothing else has to be touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PYTHON

from storage.database.opening import SCHEMA_REVISION

ROOT = Path(__file__).parent.parent
PACKAGES = ("jianbao", "storage", "pipelines", "spiders", "scheduler")
NEXT = f"{int(SCHEMA_REVISION) + 1:04d}"
PLACE = "上饶"
"""What the added field `place` holds of every article."""

MIGRATION = f'''"""The place that an article is about."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{SCHEMA_REVISION}"


def upgrade() -> None:
    op.add_column("article", sa.Column("place", sa.String()))
'''
FIELD = """    ArticleField(
        "place", "text", lambda whole: whole.stored.article.place, "The place it is about.", can_lack=True
    ),
"""
"""The declaration of the field."""

DRIVER = """
import io, json, sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet

from jianbao.demo import Press
from jianbao.documents.revisions import read_shown
from jianbao.exporting.csv_table import write_csv
from jianbao.exporting.jsonl import write_jsonl
from jianbao.exporting.parquet import write_parquet
from jianbao.exporting.selection import Selection
from jianbao.web.api.routes import router
from fastapi import FastAPI
from storage.search import parse_query
from support.delivered_articles import DeliveredArticles

work = DeliveredArticles.open(Path(sys.argv[1]), Press.of(1, 1))
(post,) = work.offer.articles
work.deliver(post)

def export(write):
    out = io.BytesIO()
    write(out, Selection(view, work.archive.warc_folder, parse_query(""), datetime.now(UTC)).articles())
    return out

application = FastAPI()
application.include_router(router)
with work.archive, work.archive.reading() as view:
    table = export(write_csv).getvalue().decode().splitlines()
    rows = pyarrow.parquet.read_table(export(write_parquet))
    print(json.dumps({
        "show": read_shown(view, post.info_code).get("place"),
        "api": application.openapi()["components"]["schemas"]["Article"]["properties"].get("place"),
        "csv": [table[0].split(",").count("place"), sum("%s" in line for line in table[1:])],
        "parquet": [str(rows.schema.field("place").type), rows.column("place").to_pylist()],
        "jsonl": json.loads(export(write_jsonl).getvalue()).get("place"),
    }))
""".replace("%s", PLACE)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the packages in which articles have one more field, `place`."""
    folder = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    insert(
        folder / "storage/records/article.py",
        '    body_html: str = field(default="", repr=False)\n\n    @property',
        before="    place: str | None = None\n",
    )
    insert(
        folder / "storage/database/schema.py",
        '    Column("source_line", String),\n',
        before='    Column("place", String),\n',
    )
    insert(
        folder / "pipelines/normalise/article.py",
        "        source_line=source_line,\n",
        before=f'        place="{PLACE}",\n',
    )
    insert(
        folder / "jianbao/documents/article_fields.py", '    ArticleField(\n        "status",\n', before=FIELD
    )
    opening = folder / "storage/database/opening.py"
    opening.write_text(opening.read_text("utf-8").replace(f'"{SCHEMA_REVISION}"', f'"{NEXT}"'), "utf-8")
    (folder / f"storage/database/migrations/versions/{NEXT}_place.py").write_text(MIGRATION, "utf-8")
    return folder


def insert(path: Path, place: str, before: str) -> None:
    """Write a text before the one place of a file that reads so."""
    text = path.read_text("utf-8")
    assert text.count(place) == 1, f"{path.name} has changed: tell this test where the field goes now"
    path.write_text(text.replace(place, before + place), "utf-8")


def test_a_new_field_goes_everywhere(copy: Path, tmp_path: Path) -> None:
    found = ask(copy, tmp_path / "archive")
    assert found["show"] == found["jsonl"] == PLACE
    assert found["api"]["description"] == "The place it is about."
    assert found["csv"] == [1, 1]
    assert found["parquet"] == ["string", [PLACE]]


def ask(copy: Path, archive: Path) -> dict[str, Any]:
    """Return what each way out of the copy says of the field, of one article that it delivered."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(copy), str(ROOT / "tests")))}
    ended = subprocess.run(
        [*PYTHON, "-c", DRIVER, str(archive)],
        env=environment, cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
