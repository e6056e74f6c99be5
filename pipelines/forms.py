"""The forms in which one article is delivered: the newspaper's own leads, its rolling-news twin completes it.

The only place among the pipelines that knows what forms there are.
"""

from __future__ import annotations

from dataclasses import replace

from storage.records import Article, Form, StoredArticle

_LEADING: Form = "media"
_TWIN: Form = "rolling"


def has_form(stored: StoredArticle, form: Form) -> bool:
    """Tell whether an article has been fetched in a form."""
    return form in stored.forms.split()


def leads(form: Form, stored: StoredArticle) -> bool:
    """Tell whether an answer of a form is the article's text: it is the newspaper's, or nobody has that."""
    return form == _LEADING or not has_form(stored, _LEADING)


def with_form(stored: StoredArticle, form: Form) -> str:
    """Return the forms in which an article has been fetched after one more."""
    return " ".join(sorted({*stored.forms.split(), form}))


def is_twin_of_less(article: Article, stored: StoredArticle) -> bool:
    """Tell whether a rolling-news twin has more text than the newspaper's form, which may be a digest."""
    leading = has_form(stored, _LEADING)
    return article.form == _TWIN and leading and len(article.text) > len(stored.article.text)


def take_the_lead(article: Article, stored: StoredArticle) -> Article:
    """Return a twin's whole text as that of the newspaper's form, which brought only a digest."""
    return replace(article, form=_LEADING, title=stored.article.title, media=stored.article.media)
