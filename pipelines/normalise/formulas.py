"""Formulas in MathML, made into what the reader of a body understands: raised and low text, and signs."""

from __future__ import annotations

from bs4 import Tag

_RAISED = {"msup": ("sup",), "msub": ("sub",), "msubsup": ("sub", "sup")}
"""What the elements behind an element's base are."""
_COMMENTS = ["annotation", "annotation-xml"]


def spell_formulas(root: Tag) -> None:
    """Change the formulas below ``root`` so that their text says what they show: ``x²``, ``a/b``, ``√(x)``.

    Sources of formulas in other languages (``annotation``) go.
    """
    for comment in root.find_all(_COMMENTS):
        comment.decompose()
    for scripted in root.find_all(list(_RAISED)):
        for part, name in zip(_parts(scripted)[1:], _RAISED[scripted.name], strict=False):
            part.name = name
    for fraction in root.find_all("mfrac"):
        for part in _parts(fraction):
            _bracket(part)
        for below in _parts(fraction)[1:]:
            below.insert_before("/")
    for square in root.find_all("msqrt"):
        square.insert(0, "√(")
        square.append(")")


def _bracket(part: Tag) -> None:
    """Put a part of a fraction into brackets that has several parts of its own."""
    if len(_parts(part)) > 1:
        part.insert(0, "(")
        part.append(")")


def _parts(tag: Tag) -> list[Tag]:
    return [child for child in tag.children if isinstance(child, Tag)]
