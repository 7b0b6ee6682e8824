"""The seat of the dominant refiner: what it is told, and the menu that its doctrines choose from."""

from __future__ import annotations

from collections.abc import Sequence

from agents.doctrines.doctrine import CHOICES
from agents.doctrines.scripted import RELIEVE
from agents.view import RefinerView
from experiments.figures.naming import (
    format_money,
    format_share,
    in_words,
    mineral_word,
    sentence,
    the_country,
)

MOST_NAMED = 4
OTHER = "duties and the levy"


def refiner_facts(view: RefinerView, word: str) -> tuple[str, ...]:
    """What aggrieves it, what it holds back, and where it has most leverage."""
    hostile = sorted({grievance.actor for grievance in view.grievances})
    held = [
        f"{mineral_word(control.mineral)}, {control.stage} ({control.instrument.replace('_', ' ')}), "
        f"to {_countries(control.targets)}"
        for control in sorted(view.controls, key=lambda control: (control.mineral, control.stage))
    ]
    goods = {(option.mineral, option.stage): option for option in view.options}
    options = sorted(goods.values(), key=lambda option: -option.lane_value_usd)[:5]
    told = tuple(
        sentence(
            f"{mineral_word(option.mineral)}, {option.stage}: you ship {format_money(option.lane_value_usd)} "
            f"a {word} to {_countries(option.targets)}, "
            f"{format_share(option.target_dependence_share)} of what they buy"
        )
        for option in options
    )
    return (
        f"Hostile acts in force by: {in_words([the_country(code) for code in hostile], 8)}.",
        f"Your controls decided in this run: {in_words(held, 6)}.",
        *told,
        f"Order as much as you like; it takes effect this {word}. Nothing else is done in your name.",
    )


def refiner_menu(view: RefinerView) -> dict[str, dict[str, str]]:
    """What it may order: good -> move as a scenario writes it -> what that does, goods worth most first."""
    goods = sorted(
        {(option.mineral, option.stage): option.lane_value_usd for option in view.options}.items(),
        key=lambda good: (-good[1], good[0]),
    )
    menu = {
        f"{mineral_word(mineral)}, {stage}": _moves(view, mineral, stage) for (mineral, stage), _ in goods
    }
    held = {control.good for control in view.controls} - {good for good, _ in goods}
    for mineral, stage in sorted(held):
        menu[f"{mineral_word(mineral)}, {stage}"] = _moves(view, mineral, stage)
    levy = "capture_levy", "Take the zone's levy over by an export tax of your own"
    if view.captures:
        levy = "release_levy", "Leave the levy to importers again"
    duties = f"Lay duties of {format_share(view.parameters['counter_duty_share'])} on all who aggrieve you"
    menu[OTHER] = {"duties": duties, "no_duties": "Lay no such duties any more", levy[0]: levy[1]}
    return menu


def _moves(view: RefinerView, mineral: str, stage: str) -> dict[str, str]:
    found = {}
    for option in view.options:
        if (option.mineral, option.stage) == (mineral, stage):
            size = f"{option.tax_share:+.0%}" if option.tax_share else f"{option.approval_share:.0%} granted"
            words = f"{CHOICES[option.instrument]} ({size}; {_countries(option.targets)})"
            found[f"{option.instrument} {mineral} {stage}"] = words[0].upper() + words[1:]
    if any(control.good == (mineral, stage) for control in view.controls):
        found[f"{RELIEVE} {mineral} {stage}"] = "Lift your controls on it"
    return found


def _countries(codes: Sequence[str]) -> str:
    """Countries by name where they are few, else their number."""
    few = len(codes) <= MOST_NAMED
    return in_words([the_country(code) for code in codes]) if few else f"{len(codes)} countries"
