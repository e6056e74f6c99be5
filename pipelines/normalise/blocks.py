"""Elements that begin a line of their own, by their name or by their own style."""

from __future__ import annotations

from bs4 import Tag

from pipelines.normalise.concealment import displayed, without_comments
from pipelines.normalise.securities import attribute

# fmt: off
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup",
    "option", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", "xmp",
})
# fmt: on
"""Elements that are blocks whatever their style says."""
_AS_BLOCKS = frozenset(
    {"block", "flex", "grid", "list-item", "table", "table-row", "flow-root", "-webkit-box"}
)


def is_styled_block(tag: Tag) -> bool:
    """Tell whether another element stands on lines of its own: ``<span style="display:block">``."""
    style = attribute(tag, "style")
    return "display" in style.lower() and displayed(without_comments(style)) in _AS_BLOCKS
