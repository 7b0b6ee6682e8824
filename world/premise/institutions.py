"""An institution of one's own, as a scenario writes it: a club or a link beside the zone."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from world.clock import PERIOD


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Code = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{2}|EU)$")]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_tuple)]
Groups = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
Share = Annotated[float, Field(ge=0, le=1)]
Period = Annotated[str, Field(pattern=PERIOD)]


class InstitutionEntry(BaseModel):
    """What the columns of the table ``institutions`` say of one, with its members and dates."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    says: str = ""
    members: Codes = ()
    hub: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{2})?$")] = ""
    open_to: Groups = ()
    begins: Period = "2026-Q1"
    ends: Period | None = None
    depth: Share = 0.03
    information_share: Share = 0.0
    finance_usd_year: Annotated[float, Field(ge=0, le=1e13)] = 0.0
    offtake_log: Annotated[float, Field(ge=0, le=3)] = 0.0
    standard_index: Share | None = None
    minerals: Annotated[Groups, Field(min_length=1)] = ("*",)
