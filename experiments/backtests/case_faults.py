"""What is wrong with a case whose keys and types are right: names that are nowhere, shares that do not add
up, states that cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator

from experiments.backtests.case import Case
from experiments.backtests.case_schema import MineralEntry
from experiments.backtests.eve import eve_faults
from experiments.backtests.mineral_tables import capacities_t_year
from experiments.backtests.sector_rows import sector_faults
from world.premise.reading import in_order

CLOCKED = ("run.start", "run.rounds", "run.rounds_per_year")
"""Keys of time, the same in all variants of a case."""


def world_faults(case: Case) -> Iterator[str]:
    """What is wrong where keys and types are right: place, what was given, what is allowed."""
    world, codes = case.world, case.codes
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        yield f"countries: {', '.join(twice)} is there twice"
        return
    for where, code in _codes_named(case):
        if code not in codes:
            yield f"{where}: given {code}{in_order(code, codes)}"
    yield from _name_faults(case)
    for name in world.minerals:
        yield from _mineral_faults(case, name)
    yield from _lane_faults(case)
    yield from sector_faults(world)
    yield from eve_faults(case)
    measures = [str(entry.get("id")) for entry in case.keys.get("measures", []) if isinstance(entry, dict)]
    for name, variant in world.variants.items():
        yield from (
            f"variants.{name}.without: given {gone}{in_order(gone, measures)}"
            for gone in variant.without
            if gone not in measures
        )
        for key in variant.settings:
            if key.split(".")[0] == "parameters" or key in CLOCKED:
                yield f"variants.{name}.settings: given {key}, allowed: other keys of a scenario"


def _name_faults(case: Case) -> Iterator[str]:
    """Groups that bear taken names, and minerals that are not there."""
    world, codes = case.world, case.codes
    for name in world.groups:
        if name in (*codes, "world", "home", "outside", "members", "nonaligned"):
            yield f"groups.{name}: given {name}, allowed: a name that no country and no built-in group has"
    for where, name in [(f"plants[{p.plant}]", p.mineral) for p in world.plants] + [
        (f"lanes[{number}]", lane.mineral) for number, lane in enumerate(world.lanes)
    ]:
        if name not in world.minerals:
            yield f"{where}.mineral: given {name}{in_order(name, world.minerals)}"


def _codes_named(case: Case) -> Iterator[tuple[str, str]]:
    world = case.world
    yield "home", world.home
    yield from ((f"groups.{name}", code) for name, members in world.groups.items() for code in members)
    for name, entry in world.minerals.items():
        for key in ("used", "final", "reserves"):
            yield from ((f"minerals.{name}.{key}", code) for code in getattr(entry, key))
        yield from ((f"minerals.{name}.growth_of", code) for code in entry.growth_of)
        for key in ("made", "cost_usd_t", "capacity_t_year"):
            for stage, cells in getattr(entry, key).items():
                named = (code for code in cells if code != "*")
                yield from ((f"minerals.{name}.{key}.{stage}", code) for code in named)
        yield from ((f"minerals.{name}.tranches", tranche.country) for tranche in entry.tranches)
    yield from ((f"plants[{plant.plant}].owner", plant.owner) for plant in world.plants if plant.owner)
    for key in ("plants", "memberships"):
        yield from (
            (f"{key}[{place}].country", entry.country) for place, entry in enumerate(getattr(world, key))
        )
    for place, trade in enumerate(world.trade):
        yield from ((f"trade[{place}]", code) for code in (trade.exporter, trade.importer))
    for key in ("tariffs", "lanes"):
        for place, row in enumerate(getattr(world, key)):
            ends = (code for code in (row.exporter, row.importer) if code not in ("*", *world.groups))
            yield from ((f"{key}[{place}]", code) for code in ends)


def _capacity_faults(entry: MineralEntry) -> Iterator[str]:
    """Capacities of who makes nothing, or below what was made."""
    made = {str(making): shares for making, shares in entry.made.items()}
    converted = sum(made.get("refined", {}).values()) if "ore" in made else 0.0
    world_t = {"ore": entry.world_t_year * converted / entry.recovery}
    for making, cells in capacities_t_year(entry).items():
        for code, capacity_t in cells.items():
            output_t = made.get(making, {}).get(code, 0.0) * world_t.get(making, entry.world_t_year)
            if not 0.0 < output_t <= capacity_t:
                words = f"{output_t:,.6g} (its output) or more" if output_t else "none: it makes nothing"
                yield f"{making}.{code}: given {capacity_t:,.6g}, allowed: {words}"


def _lane_faults(case: Case) -> Iterator[str]:
    """Known shares of what an importer buys abroad that are more than all of it."""
    total: dict[tuple[str, str, str], float] = {}
    for lane in case.world.lanes:
        good = (lane.mineral, str(lane.stage), lane.importer)
        total[good] = total.get(good, 0.0) + lane.share
    for (mineral, stage, importer), share in total.items():
        if share > 1.0 + 1e-9:
            yield (
                f"lanes: given {share:.4g} of what {importer} buys of {mineral} {stage}, all exporters added "
                "up, allowed: 1 at most"
            )


def _tranche_faults(entry: MineralEntry) -> Iterator[str]:
    """Plants by tranche of who is also given one capacity or one cost."""
    for making, code in sorted({(str(tranche.stage), tranche.country) for tranche in entry.tranches}):
        for key in ("capacity_t_year", "cost_usd_t"):
            if code in {str(stage): cells for stage, cells in getattr(entry, key).items()}.get(making, {}):
                yield f"{making}.{code}: given with {key}, allowed: one of the two"


def _mineral_faults(case: Case, name: str) -> Iterator[str]:
    entry, where = case.world.minerals[name], f"minerals.{name}"
    if "ore" in entry.made and "refined" not in entry.made:
        yield f"{where}.made: given ore alone, allowed: ore with refined, or refined alone"
    if "primary" in entry.made and "ore" not in entry.made:
        yield f"{where}.made.primary: given without ore, allowed: refined alone, where there is no ore"
    refined = [share for way in ("refined", "primary") for share in entry.made.get(way, {}).values()]
    sums = {
        "used": list(entry.used.values()),
        "made.refined": refined,
        "end_use": list(entry.end_use.values()),
    }
    sums |= {key: list(getattr(entry, key).values()) for key in ("final", "reserves") if getattr(entry, key)}
    sums |= {"made.ore": list(entry.made["ore"].values())} if "ore" in entry.made else {}
    for key, shares in sums.items():
        if abs(sum(shares) - 1.0) > 1e-6:
            yield f"{where}.{key}: given shares that add up to {sum(shares):.4g}, allowed: 1 (0.994 to 1.006)"
    for code in entry.growth_of:
        if not entry.used.get(code) and code in case.codes:
            yield f"{where}.growth_of: given {code}, allowed: a country that uses it (see used)"
    yield from (f"{where}.capacity_t_year.{fault}" for fault in _capacity_faults(entry))
    yield from (f"{where}.tranches.{fault}" for fault in _tranche_faults(entry))
    wanted = {
        "refined",
        *(["ore"] if "ore" in entry.made else []),
        *(["component"] if entry.component else []),
    }
    given = {str(stage) for stage in entry.price_usd_t}
    if wanted != given:
        words = ", ".join(sorted(given))
        yield f"{where}.price_usd_t: given {words}, allowed: one each of {', '.join(sorted(wanted))}"
