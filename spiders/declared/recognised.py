"""The profiles of a page whose source declares none: told by its address, or by marks in it."""

from __future__ import annotations

from collections.abc import Iterator

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.patterns import search_pattern
from spiders.declared.profiles import DEFAULT_PROFILE, Profile, find_profile, list_profiles
from spiders.declared.rules import OriginLayout, layouts_of
from spiders.declared.selectors import is_found


def recognised_layouts(page: DeclaredPage, known: tuple[str, ...]) -> Iterator[OriginLayout]:
    """Yield the layouts of the profiles as which a page is laid out, but of those that are ``known``.

    Those are the profiles whose addresses the page's own is one of, with a mark: an address alone proves
    nothing, as many systems date their folders alike. A mark is what a layout asks for (``when``).
    """
    for name, profile in _profiles():
        if name not in known and _is_of(page, profile):
            for layout in layouts_of(profile):
                if layout.when is not None:
                    yield OriginLayout(layout, f"profile:{name}")


def _profiles() -> Iterator[tuple[str, Profile]]:
    for name in list_profiles():
        profile = find_profile(name)
        if profile is not None and name != DEFAULT_PROFILE and profile.layout:
            yield name, profile


def _is_of(page: DeclaredPage, profile: Profile) -> bool:
    if profile.link is None or search_pattern(profile.link, page.url) is None:
        return False
    return any(layout.when is not None and is_found(page.tree, layout.when) for layout in profile.layout)
