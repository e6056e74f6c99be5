"""Digests as others write them: of any algorithm that this machine knows, in hex, base32 or base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import Literal

Verdict = Literal["true", "false", "unknown"]
"""Whether bytes are what a digest says; ``unknown``: its algorithm or its writing is not known."""

_LABEL = re.compile(r"[^a-z0-9]")
_NAMES = {
    _LABEL.sub("", name): name
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")
} | {f"sha3{bits}": f"sha3_{bits}" for bits in (224, 256, 384, 512)}


def check_digest(told: str, candidates: Iterable[bytes]) -> Verdict:
    """Return the verdict on some byte strings, one of which may have the digest told, ``LABEL:VALUE``."""
    label, colon, value = told.strip().partition(":")
    name = _NAMES.get(_LABEL.sub("", label.lower())) if colon else None
    if name is None:
        return "unknown"
    wanted = _read_value(value.strip(), hashlib.new(name, usedforsecurity=False).digest_size)
    if wanted is None:
        return "unknown"
    same = any(hashlib.new(name, one, usedforsecurity=False).digest() == wanted for one in candidates)
    return "true" if same else "false"


def _read_value(text: str, size: int) -> bytes | None:
    """Return the bytes of a digest of this size; None for what is written otherwise."""
    bare = text.rstrip("=")
    if not bare.isascii():
        return None
    try:
        if len(bare) == 2 * size:
            return bytes.fromhex(bare)
        if len(bare) == -(-size * 8 // 5):
            return base64.b32decode(bare.upper() + "=" * (-len(bare) % 8))
        if len(bare) == -(-size * 8 // 6):
            padded = bare + "=" * (-len(bare) % 4)
            return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return None
