"""The kind ``infocode``: any article of East Money's by its info code, listed or not."""

from __future__ import annotations

from collections.abc import Iterable

from spiders.kinds.code_addresses import article_addresses, endpoint_address, is_dated, page_address
from spiders.kinds.kind import Answer, Kind, Steps
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from storage.records import Draft, Owed, PollOrder, has_digits_alone


class InfoCodeKind(Kind):
    """Articles at their listed addresses, after their move, at the JSON endpoint and at the page by code."""

    def poll(self, order: PollOrder) -> Steps:
        """Refuse: nothing lists these articles."""
        raise NotImplementedError(f"{order.source} has no page to poll")

    def addresses(self, owed: Owed) -> Iterable[str]:
        """Return the addresses of an article by what listed it and by its code."""
        if not has_digits_alone(owed.info_code):
            return article_addresses(owed)
        return article_addresses(owed, self.context.endpoint, self.context.article_page)

    def read(self, answer: Answer, owed: Owed) -> Draft:
        """Read the endpoint's JSON, or any of the pages on which an article of this code stands."""
        endpoint = self.context.endpoint
        if endpoint and answer.asked == endpoint_address(endpoint, owed.info_code):
            return read_article_json(answer.page.text, answer.url, owed.info_code)
        return read_article(answer.page.text, answer.url)

    def read_kept(self, answer: Answer, owed: Owed) -> Draft:
        """Read a kept answer: the endpoint's is told by itself, wherever the endpoint was then."""
        if answer.page.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", "("):
            return read_article_json(answer.page.text, answer.url, owed.info_code)
        return self.read(answer, owed)

    def page_for_rest(self, draft: Draft, owed: Owed) -> str | None:
        """Return the page to ask for title and time, where the endpoint leaves them out and nobody tells."""
        page = self.context.article_page
        is_known = owed.state in ("archived", "gone")
        has_title = draft.title is not None or bool(owed.title)
        has_time = draft.published_at is not None or is_dated(owed.url)
        if not draft.partial or page is None or is_known or (has_title and has_time):
            return None
        return page_address(page, owed.info_code)
