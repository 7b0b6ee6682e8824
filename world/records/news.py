"""What is told about a run as it goes: rows of the table of events, in words."""

from __future__ import annotations

from collections.abc import Sequence

from world.axes import REFINED, STAGES, Axes
from world.clock import Clock
from world.policy.measures import Measure
from world.records.schema import Record
from world.state import Control

RUNGS_IN_WORDS = ("no rung", "forum", "framework", "action plan", "binding floor")

CONTROLS_IN_WORDS = {
    "listing": "lists firms that get no {good}: {granted:.0%} of shipments go on",
    "end_use": "refuses {good} for listed end uses: {granted:.0%} of shipments go on",
    "licence": "licences {good}: {granted:.0%} of requests granted",
    "quota": "rations {good}: {granted:.0%} of usual shipments, all targets together",
    "ban": "bans {good}",
    "export_tax": "taxes exports of {good} at {tax:.0%}",
    "price_war": "undercuts in {good}: subsidy of {tax:.0%} on exports",
}


class News:
    """Writes events into the record."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self.record = record
        self._clock = clock

    def measure(self, round_: int, kind: str, measure: Measure) -> None:
        """A measure of the calendar is announced, enters into force, is renewed, ends or is called off."""
        dates = {
            "announced": measure.announced,
            "in_force": measure.in_force,
            "renewed": measure.ends,
            "ended": measure.ends,
            "cancelled": measure.cancelled,
        }
        until = f" (until {measure.expected_end})" if kind == "in_force" and measure.expected_end else ""
        self._tell(
            round_,
            kind,
            measure.actor,
            ";".join(measure.targets),
            measure.instrument,
            ";".join(measure.minerals),
            measure.text + until,
            str(dates[kind]),
        )

    def membership(self, round_: int, iso3: str, rung: int) -> None:
        """A rung takes effect for a country."""
        self._tell(round_, "in_force", iso3, "", "membership", "*", f"{RUNGS_IN_WORDS[rung]} takes effect")

    def control(self, round_: int, control: Control, axes: Axes) -> None:
        """A control decided in the run."""
        mineral, targets = (
            axes.minerals[control.mineral],
            [axes.countries[place] for place in control.targets],
        )
        good = mineral if control.stage == REFINED else f"{mineral} {STAGES[control.stage]}"
        done = CONTROLS_IN_WORDS[control.instrument].format(
            good=good, granted=control.approval_share, tax=abs(control.tax_share)
        )
        actor, instrument = axes.countries[control.actor], control.instrument
        text = f"{done} ({control.reason})"
        self._tell(round_, "decision", actor, ";".join(targets), instrument, mineral, text)

    def counter_duty(self, round_: int, actor: str, targets: Sequence[str], share: float) -> None:
        """The dominant refiner lays a duty on the goods of countries that had none."""
        text = f"duty of {share:.0%} on the goods of {', '.join(targets)} (answer in kind)"
        self._tell(round_, "decision", actor, ";".join(targets), "tariff", "*", text)

    def threat(self, round_: int, actor: str, target: str) -> None:
        """The leader presses a country that holds out."""
        self._tell(round_, "decision", actor, target, "threat", "*", f"presses {target}, which holds out")

    def plant(self, round_: int, name: str, iso3: str, mineral: str, capacity_t_year: float) -> None:
        """A named plant starts."""
        text = f"{name} starts: {capacity_t_year:,.0f} t a year"
        self._tell(round_, "plant", iso3, "", "plant", mineral, text)

    def warning(self, round_: int, iso3: str, mineral: str, text: str) -> None:
        """Something that a reader should know about the numbers of this round."""
        self._tell(round_, "warning", iso3, "", "rationing", mineral, text)

    def _tell(
        self,
        round_: int,
        kind: str,
        actor: str,
        targets: str,
        instrument: str,
        minerals: str,
        text: str,
        date: str = "",
    ) -> None:
        self.record.add(
            "events",
            round=round_,
            quarter=self._clock.name(round_),
            date=date or str(self._clock.first_day(round_)),
            kind=kind,
            actor=actor,
            targets=targets,
            instrument=instrument,
            minerals=minerals,
            text=text,
        )
