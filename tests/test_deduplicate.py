"""Once means once: noise makes no revision, every real edit makes one, and copies point to the first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from support.delivered_articles import DeliveredArticles

from jianbao.demo import Post
from jianbao.demo.appearance import Brackets
from jianbao.demo.offer import Offer
from pipelines.compare.deduplicate import compare
from pipelines.normalise.article import normalise
from storage.records import Article, Draft, StoredArticle

NAVIGATIONS = (("返回{tag}", "｜"), ("回到{tag}列表", " | "), ("返回上一页 {tag}", "·"))
GAPS = ("\n", "", "\n ", "\n\n\n", "\r\n\t")
BRACKETS: tuple[Brackets, ...] = ("as-written", "full", "half")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[DeliveredArticles]:
    """Return an archive with every article of the demo site in it."""
    work = DeliveredArticles.open(tmp_path)
    with work.archive:
        for post in work.offer.articles:
            work.deliver(post)
        yield work


def change_appearance(offer: Offer, random: Random) -> None:
    """Change everything about the site's pages that is no change of an article."""
    back, mark = random.choice(NAVIGATIONS)
    offer.set_nav(back, mark)
    offer.set_gap(random.choice(GAPS))
    offer.set_brackets(random.choice(BRACKETS))


def move_some(offer: Offer, posts: list[Post], random: Random) -> None:
    """Move some articles to old_post, and bring others back."""
    for post in random.sample(posts, 5):
        random.choice((offer.move, offer.restore))(post.code)


def count(work: DeliveredArticles, table: str) -> int:
    with work.archive.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_thousand_refetches_of_changed_pages_make_no_revision(work: DeliveredArticles) -> None:
    random = Random(20260320)
    posts = work.offer.articles
    revisions, articles = count(work, "revision"), count(work, "article")
    outcomes: Counter[str] = Counter()
    for number in range(1000):
        if number % 25 == 0:
            change_appearance(work.offer, random)
            move_some(work.offer, posts, random)
        post = posts[number % len(posts)]
        outcomes[work.deliver(post, as_json=random.random() < 0.3).outcome] += 1
    assert outcomes == {"unchanged": 1000}
    assert count(work, "revision") == revisions == count(work, "article") == articles


EDITS = {
    "title": lambda post, n: {"title": f"{post.title} 第{n}次更正"},
    "paragraph": lambda post, n: {"append": f"截至发稿时，第{n}处地质灾害隐患点已经解除警戒。"},
    "word": lambda post, n: {"body": "\n".join(swap_word(post.write(), n))},
    "cut": lambda post, n: {"body": "\n".join(post.write()[:-1])},
    "punctuation": lambda post, n: {"body": "\n".join(line.replace("，", "、") for line in post.write())},
}


def swap_word(lines: tuple[str, ...], number: int) -> list[str]:
    """Return the lines with one sign more in the first of them that is plain text."""
    first = next(index for index, line in enumerate(lines) if len(line) > 30)
    return [
        f"{line[:10]}第{number}批{line[10:]}" if index == first else line for index, line in enumerate(lines)
    ]


def test_fifty_real_edits_make_fifty_revisions(work: DeliveredArticles) -> None:
    twins = Counter(post.digits for post in work.offer.articles)
    single = [post for post in work.offer.articles if twins[post.digits] == 1]
    posts = single[: 50 // len(EDITS)]
    before = count(work, "revision")
    for number in range(50):
        post = posts[number // len(EDITS)]
        kind = list(EDITS)[number % len(EDITS)]
        post = work.offer.find(post.code, post.slug)
        work.offer.edit(post.code, **EDITS[kind](post, number))
        edited = work.offer.find(post.code, post.slug)
        assert work.deliver(edited).outcome == "revised", kind
        stored = work.stored(edited)
        assert stored.article.title == edited.title
        assert tuple(line.text for line in stored.article.paragraphs) == edited.paragraphs
        assert work.deliver(edited).outcome == "unchanged"
    assert count(work, "revision") - before == 50
    for post in posts:
        _, title, paragraph, word, cut, punctuation = work.revisions(post)
        assert title == {"paragraphs_added": 0, "paragraphs_removed": 0, "title_before": post.title}
        assert paragraph == {"paragraphs_added": 1, "paragraphs_removed": 0}
        assert word == {"paragraphs_added": 1, "paragraphs_removed": 1}
        assert cut == {"paragraphs_added": 0, "paragraphs_removed": 1}
        assert punctuation["paragraphs_added"] == punctuation["paragraphs_removed"]


def test_an_edit_undone_is_a_revision_too(work: DeliveredArticles) -> None:
    post = work.offer.articles[0]
    title = post.title
    for text in ("改过的题", title):
        work.offer.edit(post.code, title=text)
        assert work.deliver(work.offer.find(post.code)).outcome == "revised"
    assert work.stored(post).revision == 3
    assert work.stored(post).article.title == title


def test_a_corrected_time_is_no_revision_but_is_kept(work: DeliveredArticles) -> None:
    post = work.offer.articles[0]
    later = post.published_at + timedelta(hours=2)
    work.offer.edit(post.code, shown_time=f"{later:%Y-%m-%d %H:%M:%S}")
    before = work.stored(post)
    assert work.deliver(work.offer.find(post.code)).outcome == "unchanged"
    after = work.stored(post)
    assert (after.article.published_at, after.revision) == (later, 1)
    assert after.id > before.id, "ids order by publication"


# -- securities -----------------------------------------------------------------------------------

LINK = '<a href="http://quote.eastmoney.com/unify/r/{}.{}" data-code="{},{}">{}</a>'
MAOTAI = LINK.format("1", "600519", "1", "600519", "贵州茅台")
WEICHAI = LINK.format("0", "000338", "0", "000338", "潍柴动力")
CHART = '<p><img src="http://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=0.002752"/></p>'
FIRST = f"<p>{WEICHAI}(000338.SZ)与{MAOTAI}今日签约。</p>"
SECOND = f"<p>{MAOTAI}今日签约。</p>"


def delivered(form: str, body: str, *, linked: bool = True) -> Article:
    """Return an article of one form; the newspaper's page links nothing."""
    markup = body if linked else re.sub(r"</?a\b[^>]*>", "", body)
    draft = Draft("NW202203112301200001", "http://h.example/", form, title="签约", body_html=markup)
    return normalise(draft)


def archived(*arrivals: Article) -> StoredArticle:
    """Return what the archive has after articles of one info code arrived."""
    stored: StoredArticle | None = None
    for article in arrivals:
        compared = compare(article, stored)
        now = datetime(2022, 3, 11, tzinfo=UTC)
        stored = StoredArticle(
            *(
                1,
                compared.article,
                compared.forms,
                compared.content_hash,
                None,
                now,
                now,
                1,
                1,
                "archived",
                None,
            )
        )
    assert stored is not None
    return stored


def mentioned(*arrivals: Article) -> set[tuple[str, str]]:
    """Return the securities that the archive shows after those arrivals."""
    return {(one.code, one.mention) for one in archived(*arrivals).article.securities}


@pytest.mark.parametrize("form", ["media", "rolling"])
def test_securities_of_an_earlier_text_go_with_it(form: str) -> None:
    first, second = delivered(form, CHART + FIRST), delivered(form, SECOND)
    assert mentioned(first) == {
        ("002752", "chart"),
        ("000338", "link"),
        ("000338", "text"),
        ("600519", "link"),
    }
    assert mentioned(first, second) == {("600519", "link")}
    assert mentioned(first, second, first) == mentioned(first)


def test_a_revision_keeps_what_the_other_form_says_of_its_words() -> None:
    rolling, media = delivered("rolling", CHART + FIRST), delivered("media", FIRST, linked=False)
    assert mentioned(media) == {("000338", "text")}
    for twins in ((rolling, media), (media, rolling)):
        assert mentioned(*twins) == mentioned(rolling)
        revised = (*twins, delivered("media", SECOND, linked=False))
        assert mentioned(*revised) == {("002752", "chart"), ("600519", "link")}
        assert mentioned(*revised, rolling) == mentioned(*revised), "an older text of the twin adds nothing"


def test_a_page_that_links_nothing_takes_no_links_of_the_same_text_away() -> None:
    answer, page = delivered("media", FIRST), delivered("media", FIRST, linked=False)
    assert mentioned(answer, page) == mentioned(answer)
    assert mentioned(page, answer) == mentioned(answer)


# -- copies ---------------------------------------------------------------------------------------


def reprint(work: DeliveredArticles, post: Post, minutes: int) -> Post:
    """Publish the same content under another code, so many minutes later than the original."""
    fresh = work.offer.publish(slug=post.slug)
    copy = replace(post, code=fresh.code, published_at=post.published_at + timedelta(minutes=minutes))
    work.offer.delete(fresh.code, everywhere=True)
    return work.offer.publish(replace(copy, code=f"NW{int(fresh.digits) + 1}"))


def test_the_same_content_under_two_codes_points_to_the_first_published(work: DeliveredArticles) -> None:
    post = work.offer.articles[0]
    later = reprint(work, post, minutes=30)
    assert work.deliver(later).outcome == "new"
    assert (work.stored(post).duplicate_of, work.stored(later).duplicate_of) == (None, post.info_code)
    earlier = reprint(work, post, minutes=-30)
    assert work.deliver(earlier).outcome == "new"
    pointers = [work.stored(each).duplicate_of for each in (earlier, post, later)]
    assert pointers == [None, earlier.info_code, earlier.info_code]


def test_a_copy_that_changes_is_a_copy_no_more(work: DeliveredArticles) -> None:
    post = work.offer.articles[0]
    first, last = reprint(work, post, minutes=-30), reprint(work, post, minutes=30)
    for copy in (first, last):
        work.deliver(copy)
    work.offer.edit(first.code, append="编者按：本文较报纸版略有增补。")
    assert work.deliver(work.offer.find(first.code)).outcome == "revised"
    pointers = [work.stored(each).duplicate_of for each in (first, post, last)]
    assert pointers == [None, None, post.info_code]


def test_a_corrected_time_may_make_another_copy_the_first(work: DeliveredArticles) -> None:
    post = work.offer.articles[0]
    copy = reprint(work, post, minutes=30)
    work.deliver(copy)
    earlier = post.published_at - timedelta(hours=1)
    work.offer.edit(copy.code, shown_time=f"{earlier:%Y-%m-%d %H:%M:%S}")
    work.deliver(work.offer.find(copy.code))
    assert (work.stored(copy).duplicate_of, work.stored(post).duplicate_of) == (None, copy.info_code)
