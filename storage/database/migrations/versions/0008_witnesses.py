"""Who stated an article's time, and how times changed; the names of lists are no newspapers.

What earlier versions stored is mended: upstream's list of rolling news stood as a newspaper, and times of the
two first days were corrected by a rule that real pages refute, so that only their day is known.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ARTICLE = sa.table(
    "article",
    sa.column("info_code", sa.String),
    sa.column("media", sa.String),
    sa.column("summary", sa.Text),
    sa.column("url", sa.String),
    sa.column("precision", sa.String),
    sa.column("time_witness", sa.String),
)
# What `pipelines.normalise.media` knew when this was written: a migration does not change with it.
_LIST = re.compile(r".*(?:滚动(?:新闻|资讯)?|要闻|快讯|导读|首页|7\s*[x×*]\s*24.*)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(（]\s*(?P<name>[\w· ]{2,20})\s*[)）]\s*[。.]?\s*\Z")
_NEWSPAPER = re.compile(
    r"(?!本|该|我|此|各|详?见|参见|综合)(?!.*(?:记者|编辑|作者|来自|图片))"
    r".+(?:报|周刊|月刊|杂志|新闻|客户端|财经|资讯|在线|网|社|电视台|电台|经济报道|海外版|APP)"
)
_NO_NEWSPAPER = re.compile(
    r"(?:\d{2,4}|[年季度第一二三四前上下半每]|业绩|天气|活动|公司|宣传|行业|研究|策略|市场|宏观|收盘)*"
    r"(?:年|季|季度|月|中|财|研|快|公|预|海|通|简|战|捷|喜|警|情|汇|回|周|日|晚|早|晨|电|申)报"
    r"|.*(?:研|财|季|预|警|回|申|填|举)报|.*社电报"
    r"|.*(?:互联|物联|车联|电|官|管|路|光|局域|车|神经|物流|销售|营销|高铁|[234567]G)网"
    r"|.*(?:合作|供销|旅行|信用|福利|出版|株式会)社"
    r"|.*(?:图片|有关|相关|更多|最新)(?:新闻|资讯|财经|在线|客户端)|(?:电视|通讯)[台社]"
    r"|(?:公司|行业|市场|财经|今日|国际|国内|社会|体育|热点|焦点|官方)+(?:新闻|资讯|客户端)"
    r"|(?:新闻|财经)(?:杂志|周刊|月刊)"
)
# A post without layout prints its front matter, with the time as upstream wrote it.
_WITHOUT_LAYOUT = re.compile(r"https?://[^/]+/\d{4}/\d{2}/\d{2}/[^/]+\Z")


def upgrade() -> None:
    """Add the column and the table, and mend what is stored."""
    op.add_column("article", sa.Column("time_witness", sa.String(), nullable=False, server_default="page"))
    op.create_table(
        "time_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("old", sa.DateTime(), nullable=False),
        sa.Column("old_precision", sa.String(), nullable=False),
        sa.Column("old_witness", sa.String(), nullable=False),
        sa.Column("new", sa.DateTime(), nullable=False),
        sa.Column("new_precision", sa.String(), nullable=False),
        sa.Column("new_witness", sa.String(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["info_code"], ["article.info_code"], name="fk_time_change_info_code"),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_time_change_capture_id"),
        sa.PrimaryKeyConstraint("id", name="pk_time_change"),
    )
    op.create_index("ix_time_change_info_code", "time_change", ["info_code"])
    _name_witnesses()
    _doubt_first_days()
    _mend_media()


def _name_witnesses() -> None:
    """The first answer of an article is who most likely stated its time."""
    op.execute(
        "UPDATE article SET time_witness = coalesce((SELECT CASE"
        " WHEN capture.url LIKE 'urn:jianbao:post:%' THEN 'file'"
        " WHEN capture.url LIKE 'urn:jianbao:text:%' THEN 'text'"
        " WHEN article.precision = 'day' THEN 'address'"
        " WHEN capture.content_type LIKE '%json%' THEN 'json'"
        " ELSE 'page' END"
        " FROM revision JOIN capture ON capture.id = revision.capture_id"
        " WHERE revision.info_code = article.info_code AND revision.number = 1), 'page')"
    )


def _doubt_first_days() -> None:
    first = sa.or_(_ARTICLE.c.info_code.like("NW20211208%"), _ARTICLE.c.info_code.like("NW20211209%"))
    rows = op.get_bind().execute(
        sa.select(_ARTICLE.c.info_code, _ARTICLE.c.url).where(first, _ARTICLE.c.time_witness == "page")
    )
    for code, url in rows.all():
        if not _WITHOUT_LAYOUT.match(url):
            op.execute(_ARTICLE.update().where(_ARTICLE.c.info_code == code).values(precision="day"))


def _mend_media() -> None:
    bind = op.get_bind()
    names = bind.execute(
        sa.select(_ARTICLE.c.media).where(_ARTICLE.c.media.is_not(None)).distinct()
    ).scalars()
    for name in [name for name in names if _LIST.fullmatch(name)]:
        rows = bind.execute(
            sa.select(_ARTICLE.c.info_code, _ARTICLE.c.summary).where(_ARTICLE.c.media == name)
        ).all()
        for code, summary in rows:
            media = _newspaper_in(summary or "")
            op.execute(_ARTICLE.update().where(_ARTICLE.c.info_code == code).values(media=media))


def _newspaper_in(digest: str) -> str | None:
    match = _IN_BRACKETS.search(digest[-60:])
    name = match["name"].strip() if match else ""
    good = _NEWSPAPER.fullmatch(name) and not _NO_NEWSPAPER.fullmatch(name) and not _LIST.fullmatch(name)
    return name if good else None
