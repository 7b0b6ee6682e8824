"""Criteria of a case: what is measured, and the band in which it must lie; from ``criteria.csv``."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.backtests.aggregates import AGGREGATES, read_aggregate
from experiments.backtests.case import ACTUAL, Case, CaseError
from experiments.backtests.case_reading import stop_on
from experiments.backtests.clock import WindowError
from experiments.backtests.scene import Scene
from experiments.backtests.vocabulary import LANE, ONE, OVER, SECTOR, Word, words
from world.premise.reading import in_order

COLUMNS = (
    *("id", "part", "measure", "where", "segment", "form", "window", "aggregate", "variant", "relative_to"),
    *("operator", "low", "high", "kind", "grade", "source"),
)
MORE_COLUMNS = ("observed", "about")
"""Columns that may be there besides: what was seen, and what the row is about, in words."""
OPERATORS = ("value", "ratio", "difference", "percent")
KINDS = ("band", "timing", "sign", "null", "count", "identity", "share")
"""``share``: the part of draws whose number is above zero lies in the band."""
GRADES = ("A", "B", "C")
RELATIVE = ("window", "where", "segment", "form", "variant", "base", "origin")
ASIDE = ("base", "origin")
"""Fields of ``relative_to`` that change no side of a comparison but what a measure starts from."""


@dataclass(frozen=True)
class Criterion:
    """One part of a criterion; ``relative`` holds the fields that differ in what it is compared with."""

    id: str
    part: str
    measure: str
    where: str
    segment: str
    form: str
    window: str
    aggregate: str
    variant: str
    relative: Mapping[str, str]
    operator: str
    low: float
    high: float
    kind: str
    grade: str
    source: str
    observed: str = ""
    about: str = ""
    line: int = 0

    @property
    def compared(self) -> Criterion | None:
        """The same with the fields that ``relative`` replaces; None where nothing is compared."""
        changes = {name: value for name, value in self.relative.items() if name not in ASIDE}
        if not changes or self.operator == "value":
            return None
        kept = {name: value for name, value in self.relative.items() if name in ASIDE}
        return replace(self, **changes, relative=kept, operator="value")  # type: ignore[arg-type]


def read_criteria(case: Case) -> tuple[Criterion, ...]:
    """The criteria of a case, in the order of the file.

    Raises
    ------
    CaseError
        One line for each fault: file, row, column, what was given, what is allowed.
    """
    path = case.folder / "criteria.csv"
    found, faults = [], []
    for line, cells in read_table(path, f"{case.name}/criteria.csv", COLUMNS, MORE_COLUMNS):
        where = f"{case.name}/criteria.csv, row {line}"
        try:
            criterion = _criterion(cells, line)
        except ValueError as error:
            faults.append(f"{where}, {error}")
            continue
        mine = [f"{where}, column {column}: {words_}" for column, words_ in _faults(criterion, case)]
        faults += mine
        found.append(criterion)
    twice = {
        (row.id, row.part) for row in found if [(r.id, r.part) for r in found].count((row.id, row.part)) > 1
    }
    faults += [f"{case.name}/criteria.csv: {id_} part {part} is there twice" for id_, part in sorted(twice)]
    if not found and not faults:
        faults.append(f"{case.name}/criteria.csv: no rows, allowed: at least one criterion")
    stop_on(faults)
    return tuple(found)


def read_table(
    path: Path, origin: str, columns: tuple[str, ...], more: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row of a CSV file. Raises ``CaseError``."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{origin}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    reader = csv.DictReader(text.splitlines())
    header = list(reader.fieldnames or [])
    if not header:
        raise CaseError(f"{origin}: empty, allowed: a row of columns: {','.join((*columns, *more))}")
    if len(header) == 1 and ";" in header[0]:
        raise CaseError(f"{origin}, row 1: given cells with ; between them, allowed: commas")
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in (*columns, *more)]
    if missing or unknown:
        said = [f"missing column {name}" for name in missing]
        said += [f"unknown column {name!r}" for name in unknown]
        raise CaseError(f"{origin}, row 1: {'; '.join(said)}, allowed: {','.join((*columns, *more))}")
    for cells in reader:
        if None in cells or None in cells.values():
            raise CaseError(
                f"{origin}, row {reader.line_num}: not {len(header)} cells (a comma needs quotes)"
            )
        yield reader.line_num, {str(name): str(value).strip() for name, value in cells.items()}


def _criterion(cells: Mapping[str, str], line: int) -> Criterion:
    texts = {name: cells.get(name, "") for name in (*COLUMNS, *MORE_COLUMNS)}
    low, high = (_bound(texts.pop(name), name) for name in ("low", "high"))
    relative = relative_of(texts.pop("relative_to"))
    texts["operator"] = texts["operator"] or "value"
    texts["variant"] = texts["variant"] or ACTUAL
    texts["aggregate"] = texts["aggregate"] or "mean"
    return Criterion(**texts, low=low, high=high, relative=relative, line=line)


def _bound(text: str, column: str) -> float:
    if not text:
        return -math.inf if column == "low" else math.inf
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"column {column}: given {text!r}, allowed: a number or nothing") from None
    if not math.isfinite(value):
        raise ValueError(f"column {column}: given {text!r}, allowed: a finite number or nothing")
    return value


def relative_of(text: str) -> dict[str, str]:
    """``window=before; variant=no_ban`` as a mapping. Raises ``ValueError`` in words."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals or name.strip() not in RELATIVE:
            allowed = f"name=value with a name out of {', '.join(RELATIVE)}, joined by ;"
            raise ValueError(f"column relative_to: given {part!r}, allowed: {allowed}")
        found[name.strip()] = value.strip()
    return found


def _faults(row: Criterion, case: Case) -> Iterator[tuple[str, str]]:
    for column, allowed in (("operator", OPERATORS), ("kind", KINDS), ("grade", GRADES)):
        given = getattr(row, column)
        if given not in allowed:
            yield column, f"given {given!r}{in_order(given, allowed)}"
    yield from ((column, "nothing given") for column in ("id", "source") if not getattr(row, column))
    if row.low > row.high:
        yield "high", f"given {row.high:g}, allowed: {row.low:g} (the low end) or more"
    if math.isinf(row.low) and math.isinf(row.high):
        yield "low", "given no bound, allowed: one at least"
    elif row.kind in ("band", "timing", "identity", "null") and (math.isinf(row.low) or math.isinf(row.high)):
        yield "low" if math.isinf(row.low) else "high", f"nothing given, allowed: a number, for a {row.kind}"
    if row.operator != "value" and row.compared is None:
        yield (
            "relative_to",
            f"nothing to compare with, allowed: one of {', '.join(RELATIVE[:-2])} for a {row.operator}",
        )
    yield from measure_faults(row, case)
    other = row.compared
    if other is not None:
        yield from (("relative_to", words_) for _, words_ in measure_faults(other, case))


def measure_faults(row: Criterion, case: Scene) -> Iterator[tuple[str, str]]:
    """What is wrong with what a row asks of a run: column, and in words."""
    known = words()
    if row.measure not in known:
        yield "measure", f"given {row.measure!r}{in_order(row.measure, known)}"
        return
    word = known[row.measure]
    yield from _place_faults(row, word, case)
    segments = word.segments_with({name for shares in case.sector_shares.values() for name in shares})
    if row.segment and row.segment not in segments:
        allowed = ", ".join(filter(None, segments)) or "none"
        yield "segment", f"given {row.segment!r}, allowed: {allowed} for {row.measure}"
    if not row.segment and word.segments[0] == SECTOR:
        yield "segment", f"nothing given, allowed: {', '.join(segments)} for {row.measure}"
    if word.of_goods and case.goods(row.form) is None:
        words_ = in_order(row.form.partition(":")[0], case.stages)
        yield "form", f"given {row.form!r}{words_}, with :ore, :refined or :component where it has them"
    variants = case.variants
    named = [("variant", row.variant)]
    named += [("relative_to", row.relative["variant"])] if "variant" in row.relative else []
    for column, variant in named:
        if variant not in variants:
            yield column, f"given {variant!r}{in_order(variant, variants)}"
    if word.against and "variant" not in row.relative:
        yield "relative_to", f"nothing given, allowed: variant=NAME for {row.measure}"
    yield from _time_faults(row, case)


def _place_faults(row: Criterion, word: Word, case: Scene) -> Iterator[tuple[str, str]]:
    places = case.places(row.where)
    wanted = {LANE: ">", OVER: "/", ONE: ""}[word.ends]
    if places is None:
        names = sorted({*case.codes, *case.groups})
        yield "where", f"given {row.where!r}{in_order(row.where, names)}"
    elif case.places(row.relative.get("origin", "")) is None:
        yield (
            "relative_to",
            f"given origin={row.relative['origin']}{in_order(row.relative['origin'], case.codes)}",
        )
    elif places[2] not in ("", wanted) or (word.both and not places[2]):
        yield "where", f"given {row.where!r}, allowed: {word.ends} for {row.measure}"


def _time_faults(row: Criterion, case: Scene) -> Iterator[tuple[str, str]]:
    if read_aggregate(row.aggregate) is None:
        name = row.aggregate.partition(":")[0]
        words_ = in_order(name, AGGREGATES)
        yield "aggregate", f"given {row.aggregate!r}{words_} (with :number where it takes one)"
    clock = case.clock
    for column, window in (("window", row.window), ("relative_to", row.relative.get("base", "before"))):
        try:
            clock.weights(window)
        except WindowError as error:
            yield column, f"given {window!r}, allowed: {error}"
