"""Commands within sentences: what stands between backticks is set as what it is, something to type."""

from __future__ import annotations

from markupsafe import Markup, escape

from jianbao.web.text.sanitising import clean_text


def set_commands(sentence: str) -> Markup:
    """Return a sentence, escaped, with what stands between two backticks as code; a lone one stays."""
    pieces = clean_text(sentence).split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    made = (Markup("<code>{}</code>").format(one) if at % 2 else escape(one) for at, one in enumerate(pieces))
    return Markup("").join(made)
