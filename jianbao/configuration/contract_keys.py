"""The table ``[sources.contract]``: what a source's articles and lists are held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from jianbao.configuration.section import SWITCH, Section
from storage.records.contract import MARKS, Terms

_SHARES = "a table of shares from 0 to 1 such as {{ time = 1.0, pictures = 0.0 }}, of {}"


def _check_shares(shares: Mapping[str, float]) -> Mapping[str, float]:
    for mark, share in shares.items():
        if mark not in MARKS:
            raise ValueError(f"{mark!r} is nothing that an article has or lacks")
        if not 0 <= share <= 1:
            raise ValueError(f"{mark} is no share from 0 to 1")
    return shares


class ContractKeys(Section):
    """What is declared where the source's own history need not decide."""

    enabled: bool = Field(default=True, description=SWITCH)
    shortest: int = Field(
        default=0, ge=0, le=100_000, description="a whole number of characters from 0 to 100_000"
    )
    least_list: float = Field(default=0.25, ge=0, le=1, description="a share from 0 to 1")
    shares: Annotated[dict[str, float], AfterValidator(_check_shares)] = Field(
        default_factory=dict, description=_SHARES.format(", ".join(MARKS))
    )

    def terms(self) -> Terms:
        """Return the terms as the pipelines know them."""
        return Terms(
            is_watched=self.enabled,
            shortest=self.shortest,
            shares=self.shares,
            least_list=self.least_list,
        )
