"""Profiles: declarations that are shipped, for sites that are laid out alike; each is a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import Field

from spiders.declared.list_words import ListWords
from spiders.declared.words import Text
from storage.records.remedy import Mistaken

DEFAULT_PROFILE = "china"
"""What a declaration extends that says nothing of it."""

_NAME = re.compile(r"[a-z0-9_-]+")
_LONGEST_CHAIN = 10


class Profile(ListWords):
    """A declaration of the shipped ones; ``told`` says in a clause which sites it is for."""

    told: Text = Field(description="a clause")


class BadProfile(Mistaken, ValueError):
    """There is no such profile, or profiles extend each other in a circle; the message is a clause."""


@cache
def list_profiles() -> tuple[str, ...]:
    """Return the names of all profiles."""
    folder = files("spiders").joinpath("profiles")
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if _is_profile(file.name))
    )


@cache
def find_profile(name: str) -> Profile | None:
    """Return a profile; None when there is none of that name."""
    if not _NAME.fullmatch(name) or name not in list_profiles():
        return None
    text = files("spiders").joinpath("profiles", f"{name}.toml").read_text("utf-8")
    return Profile.model_validate(tomllib.loads(text))


def chain_of(extends: str | None) -> Sequence[tuple[str, Profile]]:
    """Return the profiles that a declaration extends, the nearest first; raise `BadProfile`.

    One that names none extends ``china``, as a profile does that is not ``china`` itself.
    """
    chain: dict[str, Profile] = {}
    name: str | None = extends or DEFAULT_PROFILE
    while name is not None:
        if name in chain or len(chain) > _LONGEST_CHAIN:
            raise BadProfile(f"it leads to the profile {name} in a circle")
        profile = find_profile(name)
        if profile is None:
            raise BadProfile(f"there is no profile {name}: there are {', '.join(list_profiles())}")
        chain[name] = profile
        name = profile.extends or (DEFAULT_PROFILE if name != DEFAULT_PROFILE else None)
    return tuple(chain.items())


def _is_profile(file: str) -> bool:
    return file.endswith(".toml")
