"""Checks of the tables on sectors: they speak of the same sectors, and of all that minerals are used in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from world.tables.reading import Rows, fault, nearest


def check_sectors(rows: Mapping[str, Rows]) -> Iterator[str]:
    """One line for each fault; nothing where the data say nothing of sectors."""
    known = sorted(map(str, rows["sectors"].cells["sector"]))
    for name in ("sector_inputs", "sector_activity"):
        for line, sector in zip(rows[name].lines, rows[name].cells["sector"], strict=True):
            if sector not in known:
                wanted = f"a sector of sectors.csv{nearest(str(sector), known)}"
                yield fault(name, line, "sector", sector, wanted)
    if known:
        yield from _check_activity(rows, known)
        yield from _check_inputs(rows)


def _check_activity(rows: Mapping[str, Rows], known: list[str]) -> Iterator[str]:
    present = set(rows["sector_activity"].cells["sector"])
    for sector in known:
        if sector not in present:
            yield f"sector_activity.csv: no row of {sector}, allowed: rows for every sector"


def _check_inputs(rows: Mapping[str, Rows]) -> Iterator[str]:
    """A mineral that is told of has a row for each of its uses and for no other; components only where there
    are some."""
    table, uses = rows["sector_inputs"], rows["end_use"].cells
    cells = (uses[name] for name in ("mineral", "sector", "share"))
    used = {
        (str(mineral), str(sector)) for mineral, sector, share in zip(*cells, strict=True) if float(share) > 0
    }
    components = set(rows["components"].cells["mineral"])
    said = list(zip(*(map(str, table.cells[name]) for name in ("mineral", "sector", "made_of")), strict=True))
    for line, (mineral, sector, made_of) in zip(table.lines, said, strict=True):
        if (mineral, sector) not in used:
            yield fault("sector_inputs", line, "sector", sector, f"a use of {mineral} in end_use.csv")
        if made_of == "component" and mineral not in components:
            yield fault("sector_inputs", line, "made_of", made_of, f"refined, as {mineral} has no component")
    given = {(mineral, sector) for mineral, sector, _ in said}
    told = {mineral for mineral, _, _ in said}
    for mineral, sector in sorted(used - given):
        if mineral in told:
            yield f"sector_inputs.csv: no row of {mineral}, {sector}, allowed: one for each use of {mineral}"
