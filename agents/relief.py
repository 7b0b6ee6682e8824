"""Relief in a cut-off: what working with partners is worth below the binding floor."""

from __future__ import annotations

from agents.view import CountryView


def rapid_response(view: CountryView) -> float:
    """What coordination in a stop of components is worth: hazard x length x what partners could cover."""
    p = view.parameters
    relieved = view.component_stop_usd * p["component_relief_share"]
    return p["control_hazard_year"] / 4.0 * view.cut_off_quarters * relieved


def supply_from_partners(view: CountryView) -> float:
    """What a place among the buyers that partners' projects deliver to is worth: hazard x length of a stop of
    metal x what they would save it, once they stand. The exposure for which an answer is feared is the one
    for which other supply is sought.
    """
    p = view.parameters
    once_built = p["planning_weight_share"] * view.promised_supply_usd
    return p["control_hazard_year"] / 4.0 * view.cut_off_quarters * once_built
