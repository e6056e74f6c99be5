"""What the demo site offers at this moment, and how that changes."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from urllib.parse import quote, unquote

from jianbao.demo import pages
from jianbao.demo.appearance import Appearance, Brackets, Layout
from jianbao.demo.epaper import EPaper, daily_epapers
from jianbao.demo.lists import StorySite, daily_lists
from jianbao.demo.material.answer import HTML, Answer
from jianbao.demo.material.room import Room
from jianbao.demo.post import Post, Written
from jianbao.demo.press import WINDOW, Press, repost_as_rolling
from storage.records.press_days import PRINTED_ZONE

Place = Literal["listed", "moved", "deleted"]

_CATEGORY = re.compile(r"/category/(?P<slug>[^/]+)\.html")
_FINANCE_PAGE = re.compile(r"/a/(?P<digits>\d{18})\.html")
_NEWS_TEXT = "/NewsData/GetNewsText.do"
_NEWS_QUERY = re.compile(rf"{_NEWS_TEXT}\?id=(?:NW)?(?P<digits>\d{{18}})")


@dataclass(slots=True)
class _Entry:
    """A post, and where it stands now. ``in_json`` is false once the JSON endpoint has forgotten it too."""

    post: Post
    place: Place = "listed"
    in_json: bool = True


@dataclass(slots=True)
class _Index:
    """The entries by what a request asks for; lists are newest first."""

    by_path: dict[str, _Entry] = field(default_factory=dict)
    by_category: dict[str, list[Post]] = field(default_factory=dict)
    by_digits: dict[str, list[_Entry]] = field(default_factory=dict)
    listed: list[Post] = field(default_factory=list)
    slugs: set[str] = field(default_factory=set)


def daily_rooms(today: date) -> tuple[Room, ...]:
    """Return the digital newspapers and the web newspapers of the demo."""
    return (*daily_epapers(today), *daily_lists(today))


class Offer:
    """The site without its server: every method may be called from any thread, and takes effect at once.

    A code names an article in any of its forms; changes concern all its posts unless ``slug`` picks one.
    Methods that take a code raise KeyError when the site never had that article.
    """

    def __init__(
        self,
        press: Press | None = None,
        *,
        rooms: Sequence[Room] | None = None,
        cached_bytes: int = 64_000_000,
    ) -> None:
        self.press = press or Press.daily()
        self.today: date = self.press.today
        self.appearance = Appearance()
        self.robots = pages.ROBOTS
        self._lock = threading.RLock()
        self._entries = [_Entry(post) for post in self.press.posts]
        self._clock = datetime.combine(self.today, time(9, 50), PRINTED_ZONE)
        self._published = 0
        self._index: _Index | None = None
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._answers_size = 0
        self._cached_bytes = cached_bytes
        self._versions: dict[str, tuple[str, datetime]] = {}
        self.rooms = daily_rooms(self.today) if rooms is None else tuple(rooms)
        for room in self.rooms:
            room.join(self._lock, self._change)

    # -- what there is ---------------------------------------------------------------------------

    @property
    def articles(self) -> list[Post]:
        """Every post that some page still shows, in the order in which they were posted."""
        with self._lock:
            return [entry.post for entry in self._entries if entry.place != "deleted"]

    @property
    def slugs(self) -> list[str]:
        """The slugs of all papers, whether their category page exists today or not."""
        return [paper.slug for paper in self.press.papers]

    def listed(self, slug: str) -> list[Post]:
        """Return the posts that a category page lists, newest first."""
        with self._lock:
            return list(self._indexed().by_category.get(slug, ()))

    def find(self, code: str, slug: str | None = None) -> Post:
        """Return the post of a code, in the form that the code spells if there is one."""
        with self._lock:
            posts = [entry.post for entry in self._find(code, slug)]
        return next((post for post in posts if post.code == code), posts[0])

    def article_path(self, code: str, slug: str | None = None) -> str:
        """Return the path at which an article stands now, or last stood."""
        with self._lock:
            post = self.find(code, slug)
            entry = next(entry for entry in self._entries if entry.post is post)
            return post.moved_path if entry.place == "moved" else post.dated_path

    def category_path(self, slug: str) -> str:
        """Return the path of a category page, percent-encoded."""
        return f"/category/{quote(slug, safe='()')}.html"

    def epaper(self, slug: str) -> EPaper:
        """Return a digital newspaper; raise KeyError when there is none of that slug."""
        for room in self.rooms:
            if isinstance(room, EPaper) and room.slug == slug:
                return room
        raise KeyError(f"the demo site has no digital newspaper {slug}")

    def story_site(self, slug: str) -> StorySite:
        """Return a web newspaper with lists or feeds; raise KeyError when there is none of that slug."""
        for room in self.rooms:
            if isinstance(room, StorySite) and room.slug == slug:
                return room
        raise KeyError(f"the demo site has no web newspaper {slug}")

    # -- what happens to it ----------------------------------------------------------------------

    def publish(self, post: Post | None = None, *, slug: str | None = None) -> Post:
        """Publish a post, or a fresh article for a paper (the first one by default); return it."""
        with self._lock:
            self._published += 1
            if post is None:
                moment = datetime.combine(self.today, time(10), PRINTED_ZONE) + timedelta(
                    seconds=self._published
                )
                post = self.press.compose(self._published, slug or self.slugs[0], moment)
            self._entries.append(_Entry(post, self._place_today(post)))
            self._change()
            return post

    def twin(self, code: str, slug: str | None = None) -> Post:
        """List an article once more: in another category, or without ``slug`` under its bare code."""
        with self._lock:
            post = self.find(code)
            return self.publish(replace(post, slug=slug) if slug else repost_as_rolling(post))

    def edit(
        self,
        code: str,
        *,
        title: str | None = None,
        body: str | None = None,
        append: str | None = None,
        shown_time: str | None = None,
        slug: str | None = None,
    ) -> None:
        """Change an article: its title, its whole body (lines as in a story), a paragraph more, its time."""
        with self._lock:
            for entry in self._find(code, slug):
                lines = entry.post.write() if body is None else tuple(body.splitlines())
                entry.post = replace(
                    entry.post,
                    title=entry.post.title if title is None else title,
                    shown_time=entry.post.shown_time if shown_time is None else shown_time,
                    write=Written((*lines, append) if append else lines),
                )
            self._change()

    def move(self, code: str, slug: str | None = None) -> None:
        """Move an article to ``/old_post/``: its dated address answers 404 from now on."""
        self._put(code, slug, "moved")

    def delete(self, code: str, slug: str | None = None, *, everywhere: bool = False) -> None:
        """Take an article off all pages; ``everywhere`` makes the JSON endpoint forget it too."""
        self._put(code, slug, "deleted", in_json=not everywhere)

    def restore(self, code: str, slug: str | None = None) -> None:
        """Bring a moved or deleted article back to its dated address and its category page."""
        self._put(code, slug, "listed")

    def advance(self, days: int) -> None:
        """Let days pass: what falls out of the three-day window moves, and its papers' pages vanish."""
        with self._lock:
            self.today += timedelta(days=days)
            self._clock += timedelta(days=days)
            for entry in self._entries:
                if entry.place == "listed":
                    entry.place = self._place_today(entry.post)
            for room in self.rooms:
                room.advance(self.today)
            self._change()

    def set_nav(self, back: str = "返回{tag}", mark: str = "｜", home: str = "返回首页") -> None:
        """Change the navigation line of every page; ``{tag}`` stands for the post's tag."""
        self._appear(replace(self.appearance, back=back, mark=mark, home=home))

    def set_gap(self, gap: str) -> None:
        """Change the white space between the blocks of every article's page."""
        self._appear(replace(self.appearance, gap=gap))

    def set_brackets(self, brackets: Brackets) -> None:
        """Fold the brackets of every title and body, in pages and JSON alike."""
        self._appear(replace(self.appearance, brackets=brackets))

    def set_layout(self, layout: Layout) -> None:
        """Change every page's layout: ``unknown`` is a redesign, ``jekyll`` the one that is known."""
        self._appear(replace(self.appearance, layout=layout))

    def set_robots(self, text: str) -> None:
        """Replace robots.txt."""
        with self._lock:
            self.robots = text
            self._change()

    # -- how it answers --------------------------------------------------------------------------

    def answer(self, target: str) -> Answer:
        """Return the answer to a GET of a path with its query; rendered once, until something changes."""
        with self._lock:
            known = self._answers.get(target)
            if known is None:
                known = self._remember(target, self._render(target))
            else:
                self._answers.move_to_end(target)
            return known

    def is_list(self, target: str) -> bool:
        """Tell whether a path is one that a poll of some source asks for, and no article's."""
        path = unquote(target)
        return _CATEGORY.fullmatch(path) is not None or any(room.is_list(path) for room in self.rooms)

    def version(self, target: str) -> tuple[str, datetime] | None:
        """Return the validators (ETag, Last-Modified) that a page had when it was last rendered."""
        with self._lock:
            return self._versions.get(target)

    def _remember(self, target: str, answer: Answer) -> Answer:
        self._answers[target] = answer
        self._answers_size += len(answer.body)
        while self._answers_size > self._cached_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._answers_size -= len(oldest.body)
        return answer

    def _render(self, target: str) -> Answer:
        made = self._make(unquote(target))
        if made is None:
            return Answer(pages.NOT_FOUND.encode(), status=404)
        etag = f'"{hashlib.sha256(made.body).hexdigest()[:20]}"'
        known = self._versions.get(target)
        if known is None or known[0] != etag:
            known = self._versions[target] = (etag, self._clock)
        return replace(made, etag=etag, modified=known[1])

    def _make(self, target: str) -> Answer | None:
        """Return what stands at an address, as yet without validators; None where there is nothing."""
        if made := self._make_post(target):
            content, content_type = made
            return Answer(content.encode(), content_type)
        answers = (room.answer(target) for room in self.rooms)
        return next((answer for answer in answers if answer), None)

    def _make_post(self, target: str) -> tuple[str, str] | None:
        """Return the text and content type that the category newspapers have at an address."""
        index = self._indexed()
        if entry := index.by_path.get(target):
            return pages.post_page(entry.post, self.appearance, moved=entry.place == "moved"), HTML
        if match := _CATEGORY.fullmatch(target):
            return self._category(match["slug"], index)
        if match := _NEWS_QUERY.fullmatch(target):
            return self._news_text(index.by_digits.get(match["digits"], []))
        if match := _FINANCE_PAGE.fullmatch(target):
            return self._finance_page(index.by_digits.get(match["digits"], []))
        return self._fixed(target, index)

    def _fixed(self, target: str, index: _Index) -> tuple[str, str] | None:
        match target:
            case "/" | "/index.html":
                return pages.home_page(index.listed, self.appearance), HTML
            case "/feed.xml":
                return pages.feed(index.listed, self._clock, self.appearance), "application/xml"
            case "/robots.txt":
                return self.robots, "text/plain; charset=utf-8"
            case _:
                return None

    def _category(self, slug: str, index: _Index) -> tuple[str, str] | None:
        if slug not in index.slugs:
            return None
        paper = next((paper for paper in self.press.papers if paper.slug == slug), None)
        posts = index.by_category.get(slug, [])
        title = (paper.page_title or paper.tag) if paper else posts[0].tag
        return pages.category_page(slug, title, posts, self.appearance), HTML

    def _news_text(self, entries: Sequence[_Entry]) -> tuple[str, str] | None:
        posts = [entry.post for entry in entries if entry.in_json]
        return (pages.news_text(posts, self.appearance), "application/json; charset=utf-8") if posts else None

    def _finance_page(self, entries: Sequence[_Entry]) -> tuple[str, str] | None:
        posts = [entry.post for entry in entries if entry.in_json]
        return (pages.finance_page(posts[0], self.appearance), HTML) if posts else None

    # -- how it is kept --------------------------------------------------------------------------

    def _find(self, code: str, slug: str | None) -> list[_Entry]:
        digits = code[-18:]
        entries = [entry for entry in self._entries if entry.post.digits == digits]
        found = [entry for entry in entries if slug in {None, entry.post.slug}]
        if not found:
            raise KeyError(f"the demo site has no article {code}" + (f" in {slug}" if slug else ""))
        return found

    def _put(self, code: str, slug: str | None, place: Place, *, in_json: bool = True) -> None:
        with self._lock:
            for entry in self._find(code, slug):
                entry.place, entry.in_json = place, in_json
            self._change()

    def _appear(self, appearance: Appearance) -> None:
        with self._lock:
            self.appearance = appearance
            self._change()

    def _place_today(self, post: Post) -> Place:
        oldest = self.today - timedelta(days=WINDOW - 1)
        return "listed" if post.published_at.date() >= oldest else "moved"

    def _change(self) -> None:
        """Forget what was rendered. The clock steps, since Last-Modified has no more than whole seconds."""
        self._clock += timedelta(seconds=1)
        self._index = None
        self._answers.clear()
        self._answers_size = 0

    def _indexed(self) -> _Index:
        if self._index is None:
            self._index = _index(self._entries)
        return self._index


def _index(entries: Iterable[_Entry]) -> _Index:
    index = _Index()
    for entry in entries:
        post = entry.post
        index.by_digits.setdefault(post.digits, []).append(entry)
        if entry.place == "moved":
            index.by_path[post.moved_path] = entry
        if entry.place == "listed":
            index.by_path[post.dated_path] = entry
            index.listed.append(post)
            index.slugs.add(post.slug)
    index.listed.sort(key=lambda post: (post.published_at, post.digits), reverse=True)
    for post in index.listed:
        for category in post.categories:
            index.by_category.setdefault(category, []).append(post)
    return index
