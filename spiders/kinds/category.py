"""The kind ``category``: a page of the Jekyll site that lists a newspaper's articles by their info codes."""

from __future__ import annotations

from spiders.kinds.infocode import InfoCodeKind
from spiders.kinds.kind import Answer, Ask, Listing, NotTheList, Steps
from spiders.readers.list_identity import doubt_list
from spiders.readers.listing_page import ListPage, read_list_page
from storage.records import PollOrder, SetAside
from storage.records.saying import say


class CategoryKind(InfoCodeKind):
    """One page lists a source's articles; the articles are found and read as by info code."""

    def poll(self, order: PollOrder) -> Steps:
        """Ask for the source's page; one that is not there printed nothing in the site's window."""
        answer = yield Ask(order.url, only_if_changed=True)
        if answer.is_missing:
            return Listing(missing=True)
        try:
            page = _read_list(answer)
        except SetAside as refused:
            if moved := doubt_list(order, answer.url, ListPage(())):
                raise NotTheList(moved) from refused
            raise
        if doubt := doubt_list(order, answer.url, page):
            raise NotTheList(doubt)
        return Listing(page.listed, page.links, page.unread, page.heading, lost=answer.page.lost)


def _read_list(answer: Answer) -> ListPage:
    """Return what a page lists; the characters that it lost are counted: each title stands by itself."""
    try:
        return read_list_page(answer.page.text, answer.url)
    except SetAside:
        raise
    except Exception as error:
        raise SetAside(say("page.unreadable", type=type(error).__name__, error=str(error))) from error
