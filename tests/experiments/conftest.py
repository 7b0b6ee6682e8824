"""A small made-up run, written with the real writer: plausible shapes and signs, invented numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from experiments.results import Run, write_run
from world.market.readiness import make_ready
from world.records.schema import SCHEMA, Record

COUNTRIES = ("USA", "CHN", "JPN", "CAN", "AUS", "DEU", "FRA", "MYS", "IND", "ROW")
MEMBERS = {"USA": 8, "AUS": 8, "JPN": 9, "DEU": 10, "FRA": 10}
MakeRun = Callable[..., Run]

SCENARIO_TEXT = """name = "made_up"
[leader]
country = "USA"
[dominant_refiner]
country = "CHN"
[zone]
exists = {exists}
"""


def quarter_of(number: int) -> str:
    return f"{2025 + number // 4}-Q{number % 4 + 1}"


@pytest.fixture(scope="session", autouse=True)
def compiled_market() -> None:
    """Runs in processes of their own find the market compiled, and have nothing to say about it."""
    make_ready()


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    def make(
        name: str = "made_up-seed1-1",
        rounds: int = 12,
        minerals: Sequence[str] = ("ndpr", "gallium"),
        zone: bool = True,
        reserve: bool = True,
        threats: Sequence[tuple[int, str]] = (),
        duties: Sequence[tuple[int, str]] = (),
        lost_usd: float = 5e9,
        **meta: object,
    ) -> Run:
        record = Record()
        for number in range(rounds):
            when = {"round": number, "quarter": quarter_of(number)}
            _add_countries(record, when, zone)
            _add_sectors(record, when, lost_usd if number in (9, 10) else 0.0)
            for mineral in minerals:
                _add_mineral(record, when, mineral, zone, reserve)
        if zone and rounds > 8:
            _add_story(record)
        for number, target in threats:
            _add_decision(record, number, "USA", target, "threat")
        for number, target in duties:
            _add_decision(record, number, "CHN", target, "tariff")
        base = {
            "scenario": name.split("-")[0],
            "question": "Does a zone form and loosen the grip?",
            "seed": 1,
            "rounds": rounds,
            "version": "0.1.0",
            "command": f"python -m experiments run {name.split('-')[0]} --seed 1",
            "data_fingerprint": "0123abcd4567",
            "scenario_text": SCENARIO_TEXT.format(exists=str(zone).lower()),
            "quality": {"reported": 700, "assumption": 210},
        }
        return write_run(record, base | meta, tmp_path / name)

    return make


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    return make_run()


def row(table: str, **given: object) -> dict[str, object]:
    """A row of ``table``: what is given, and nothing (zero, no, empty) in the other columns."""
    nothing = {"text": "", "whole": 0, "number": 0.0, "yes_no": False}
    return {column.name: nothing[column.kind] for column in SCHEMA[table]} | given


def _add_countries(record: Record, when: dict[str, object], zone: bool) -> None:
    number = int(str(when["round"]))
    for place, country in enumerate(COUNTRIES):
        since = MEMBERS.get(country, 99) if zone else 99
        bound = number >= since
        holds_out = zone and country == "CAN" and number >= 6
        rung = (
            4
            if bound
            else 2
            if holds_out
            else 1
            if country not in ("CHN", "ROW") and number >= 4 and zone
            else 0
        )
        record.add(
            "countries",
            **row(
                "countries",
                **when,
                country=country,
                rung=rung,
                trust_in_leader=0.6,
                trust_in_dominant=0.4,
                standing="member" if bound else "hold_out" if holds_out else "outside",
                user_surplus_usd=1e9 - 2e7 * place - (3e7 if bound else 0.0),
                miner_profit_usd=1e7 * (3 if country == "AUS" else 1) * number,
                refiner_profit_usd=5e7 - (2e6 * number if country == "CHN" else 0.0),
                levy_usd=4e6 if bound else 0.0,
                welfare_usd=1e9,
                dependence_on_dominant_share=0.6,
            ),
        )


def _add_mineral(record: Record, when: dict[str, object], mineral: str, zone: bool, reserve: bool) -> None:
    number = int(str(when["round"]))
    price = {"ndpr": 60_000.0, "gallium": 400_000.0}.get(mineral, 10_000.0)
    applied = zone and number >= 8
    for stage in ("ore", "refined"):
        where = when | {"mineral": mineral, "stage": stage}
        record.add("zone", **row("zone", **where, **_zone_values(stage, price, number, zone, applied)))
        for country in COUNTRIES:
            short = 30.0 if country == "JPN" and stage == "refined" and number in (9, 10) and zone else 0.0
            record.add(
                "markets",
                **row(
                    "markets",
                    **where,
                    country=country,
                    **_market_values(country, price, number, short, applied),
                ),
            )
        for origin, hub, destination, flow_t in (
            ("CHN", "", "JPN", 80.0),
            ("CHN", "", "CHN", 400.0),
            ("CHN", "MYS", "USA", 20.0),
            ("AUS", "", "JPN", 30.0),
            ("AUS", "", "USA", 35.0),
            ("MYS", "", "DEU", 25.0),
        ):
            landed = price * (1.5 if applied and destination in MEMBERS else 1.0)
            record.add(
                "flows",
                **row(
                    "flows",
                    **where,
                    origin=origin,
                    hub=hub,
                    last_shipper=hub or origin,
                    destination=destination,
                    flow_t=flow_t,
                    price_landed_usd_t=landed,
                ),
            )
    if reserve:
        bought = 10.0 if number >= 4 else 0.0
        held = 10.0 * max(0, number - 3)
        record.add(
            "reserve",
            **row(
                "reserve",
                **when,
                mineral=mineral,
                stock_t=held,
                target_t=100.0,
                bought_t=bought,
                purchase_usd=bought * price,
                book_value_usd=held * price,
                cash_usd=1.67e9 - held * price,
                loan_usd=2e8,
            ),
        )


def _zone_values(stage: str, price: float, number: int, zone: bool, applied: bool) -> dict[str, object]:
    return {
        "in_scope": zone,
        "in_force": applied,
        "members": 4 if applied else 0,
        "floor_binds": applied,
        "reference_price_usd_t": 1.5 * price if zone and number >= 5 else float("nan"),
        "price_inside_usd_t": price * (1.5 if applied else 1.02),
        "price_outside_usd_t": price,
        "price_home_usd_t": 0.9 * price,
        "price_benchmark_usd_t": price,
        "levy_revenue_usd": 1.6e7 if applied else 0.0,
        "dominant_share": (0.91 if stage == "refined" else 0.6) - (0.01 * number if zone else 0.0),
        "concentration_hhi": 0.8,
    }


def _market_values(country: str, price: float, number: int, short: float, applied: bool) -> dict[str, object]:
    inside = applied and country in MEMBERS
    return {
        "output_t": 500.0 if country == "CHN" else 65.0 if country == "AUS" else 0.0,
        "use_t": 80.0 - short,
        "unmet_t": short,
        "price_fob_usd_t": 0.9 * price,
        "price_mean_usd_t": price * (1.5 if inside else 1.0),
        "price_spot_usd_t": price * (2.5 if short else 1.0),
    }


def _add_decision(record: Record, number: int, actor: str, targets: str, instrument: str) -> None:
    what = {"kind": "decision", "actor": actor, "targets": targets, "instrument": instrument, "minerals": "*"}
    when = {"round": number, "quarter": quarter_of(number), "text": f"{instrument} against {targets}"}
    record.add("events", **row("events", **when, **what))


def _add_story(record: Record) -> None:
    when = {"round": 8, "quarter": "2027-Q1"}
    for name, value in (
        ("security", 1.1e8),
        ("producers", 6e7),
        ("users", -5e7),
        ("feared retaliation", -4e7),
    ):
        record.add(
            "decisions",
            **row(
                "decisions",
                **when,
                decision=1,
                actor="CAN",
                role="country",
                kind="accession",
                choice="hold_out",
                alternative="join",
                subject="floor",
                margin_usd=8e7,
                threshold_usd=1.3e8,
                tipping="it would have signed for a side payment of 52 million USD a quarter",
                term=name,
                value_usd=value,
            ),
        )
    record.add(
        "decisions",
        **row(
            "decisions",
            **when,
            decision=2,
            actor="EU",
            role="country",
            kind="accession",
            choice="join",
            alternative="hold_out",
            subject="floor",
            margin_usd=4e8,
            threshold_usd=1e8,
            term="security",
            value_usd=4e8,
        ),
    )
    record.add(
        "events",
        **row(
            "events",
            round=9,
            quarter="2027-Q2",
            date="2027-04-01",
            kind="in_force",
            actor="CHN",
            targets="JPN;DEU",
            instrument="licence",
            minerals="ndpr",
            text="licences for NdPr to Japan and Germany, 40% granted",
        ),
    )


def _add_sectors(record: Record, when: dict[str, object], lost_usd: float) -> None:
    """Rows of two sectors in two countries; ``lost_usd`` by cars of Japan for want of gallium."""
    for country in ("USA", "JPN"):
        for sector, percent in (("cars_ev", 0.3), ("wind", 0.7)):
            lost = lost_usd if (country, sector) == ("JPN", "cars_ev") else 0.0
            values = {"activity_share": 0.1, "need_usd": 1e8, "used_share": 0.9, "met_share": 1.0}
            costs = {"cost_unit_usd": 116.0 * percent, "cost_unit_percent": percent, "cost_passed_usd": 2e6}
            scarcest = "gallium" if lost else ""
            cells = row(
                "sectors", **when, country=country, sector=sector, scarcest=scarcest, output_lost_usd=lost
            )
            record.add("sectors", **cells | values | costs)
