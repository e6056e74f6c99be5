"""How many articles link or print a security's code under each name.

Earlier versions guessed where a name in a text begins: one that neither a link confirms nor the text itself,
where it stands, is unknown from now on.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# What `pipelines.normalise.security_names` knew when this was written: a migration does not change with it.
_VERB = re.compile(
    "[将把被对给由与和及向从在拟称为是让使如即指据随到予于按等较其该此各每某这那的了着过也都又还再均但而且或"
    "则并另若当非系属现原我持买卖售购抛减增加沽吸评荐予升降调含有看选入投配推以经因举捧已曾仍]"
    "|维持|给予|首予|首次|重申|覆盖|上调|下调|看好|看空|推荐|建议|关注|跟踪|买入|卖出|增持|减持|加仓|减仓|建仓"
    "|抛售|沽出|做多|做空|重仓|持有|收购|并购|合并|入股|参股|控股|投资|认购|受让|转让|出售|联合|联手|携手|合作"
    "|起诉|包括|例如|比如|其中|分别|另外|此外|以及|旗下|子公司|母公司|龙头|公司|股东|港股|美股|个股|举牌|力挺"
    "|布局|美国|今日|昨日|近日|领涨|领跌|通过|根据|关于|对于|作为|来自|巨头|企业|集团|股票|股份"
)


def upgrade() -> None:
    """Make the table, forget guesses, and count the names that are left."""
    op.create_table(
        "security_name",
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("market", "code", "name", name="pk_security_name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_security_name_name", "security_name", ["name"])
    _forget_guesses()
    op.execute(
        "INSERT INTO security_name (market, code, name, links, texts)"
        " SELECT market, code, name, sum(mention = 'link'), sum(mention = 'text') FROM security"
        " WHERE name <> '' AND mention <> 'chart' GROUP BY market, code, name"
    )


def _forget_guesses() -> None:
    bind = op.get_bind()
    printed = bind.execute(
        sa.text(
            "SELECT mention.info_code, mention.market, mention.code, mention.name, article.text"
            " FROM security AS mention JOIN article ON article.info_code = mention.info_code"
            " WHERE mention.mention = 'text' AND mention.name <> '' AND NOT EXISTS"
            " (SELECT 1 FROM security AS other WHERE other.code = mention.code"
            " AND other.market = mention.market AND other.mention = 'link' AND other.name = mention.name)"
        )
    )
    guessed = [
        {"of": row.info_code, "market": row.market, "code": row.code}
        for row in printed
        if not _is_told(row.name, row.text)
    ]
    if guessed:
        forget = "UPDATE security SET name = '' WHERE info_code = :of AND market = :market AND code = :code"
        bind.execute(sa.text(f"{forget} AND mention = 'text'"), guessed)


def _is_told(name: str, text: str) -> bool:
    """Tell whether a text shows where a name before a bracket begins."""
    place = rf"(?:\A|[^\w*·&-]){re.escape(name)}[ \u3000]?[(（]"
    return not _VERB.match(name) and re.search(place, text) is not None


def downgrade() -> None:
    """Names are counted again when this is upgraded."""
    op.drop_table("security_name")
