"""Articles that come in several forms: one leads, and the others complete it."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Article, StoredArticle


def is_twin_of_less(article: Article, stored: StoredArticle) -> bool:
    """Tell whether another form has more text than the leading one, which may be a digest."""
    return not stored.forms.are_led_by(article.form) and len(article.text) > len(stored.article.text)


def take_the_lead(article: Article, stored: StoredArticle) -> Article:
    """Return another form's whole text as that of the leading one, which brought only a digest."""
    return replace(article, form=stored.forms.leading, title=stored.article.title, media=stored.article.media)
