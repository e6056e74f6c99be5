"""What `jianbao source` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jianbao.discovery.proof import Proof, ReadArticle
    from jianbao.discovery.proposal import Proposal


def tell_links(proof: Proof, known: dict[str, Any]) -> str:
    """Return the line that says what a list has now."""
    count = len(proof.listing.listed)
    unread = f", {proof.listing.unread} links of it can't be read" if proof.listing.unread else ""
    return (
        f"{count} articles listed, {known['new']} of them new to the archive{unread}; "
        f"{known['listed_before']} were listed in the two days before"
    )


def tell_tests(report: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines that say what came of testing samples."""
    lines = []
    for one in report:
        if not one["samples"]:
            lines.append(f"{one['slug']}: no samples; keep some with jianbao source save {one['slug']}")
        else:
            state = "all as before" if one["ok"] else "not as before"
            lines.append(f"{one['slug']}: {one['samples']} samples, {state}")
        lines += [
            f"  {each['what']}: {difference}" for each in one["tested"] for difference in each["differs"]
        ]
    return lines


def show_proposal(proposal: Proposal, asked: Sequence[str], block: str) -> None:
    """Print what was found of a newspaper, its first articles, and the block that declares it."""
    from jianbao.terminal.output import print_line

    print_line(f"{proposal.keys['name']}: recognised with {len(asked)} questions")
    for line in (*proposal.reasons, *proposal.beside):
        print_line(f"  {line}")
    print_line(f"It lists {len(proposal.proof.listing.listed)} articles{_partly(proposal)}. The first ones:")
    show_articles(proposal.proof.articles)
    print_line()
    print_line(block.rstrip())
    print_line()


def _partly(proposal: Proposal) -> str:
    is_partial = any(issue.state == "failed" for issue in proposal.proof.listing.issues)
    return " on the pages that were looked at" if is_partial else ""


def show_articles(articles: Sequence[ReadArticle]) -> None:
    """Print what articles say, and by which rules it was found."""
    from jianbao.terminal.output import print_line

    for one in articles:
        article = one.article
        print_line(f"- {article.title if article else one.listed.title}")
        if article is None:
            print_line(f"    {one.trouble}")
            continue
        time = article.published_at.strftime("%Y-%m-%d %H:%M") if article.published_at else "time unknown"
        shown = time[:10] if article.precision == "day" else time
        print_line(f"    {shown} · {article.media or 'newspaper unknown'} · {one.listed.info_code}")
        print_line(f"    {(one.first_line or '')[:60]}")
        rules = ", ".join(f"{name} by {rule}" for name, rule in (one.found_by or {}).items())
        print_line(f"    {rules or 'read as its kind reads'}")
