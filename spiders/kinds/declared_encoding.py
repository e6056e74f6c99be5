"""The text of an answer of a source that declares in which encoding its pages are."""

from __future__ import annotations

from spiders.kinds.kind import Answer
from spiders.readers.charset_declaration import find_charset
from spiders.readers.encoding import DecodedPage, decode_in

_OF_CHINA = {"gbk": "gb18030"}
"""What pages that name an older standard are read by: the newer one has all its characters, and more."""


def decode_as_declared(answer: Answer, encoding: str) -> DecodedPage:
    """Return an answer's text: in the encoding that is declared, or for ``auto`` in the one it is really in.

    Raises `SetAside` as `Answer.page` does.
    """
    charset = find_charset(encoding) if encoding.lower() != "auto" else None
    if charset is None or answer.undecodable is not None or not answer.body:
        return answer.page
    return decode_in(answer.body, _OF_CHINA.get(charset, charset))
