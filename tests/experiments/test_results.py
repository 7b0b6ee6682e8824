"""Result folders: written whole, read back with units, never overwritten by accident; the trade network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.results import (
    ResultsError,
    Run,
    amend_meta,
    holding_out,
    next_folder,
    remembered,
    write_run,
)
from experiments.results_page import PURPOSE, describe_results
from experiments.trade_graph import network, write_graphml
from world.records.schema import SCHEMA, Record

MakeRun = Callable[..., Run]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "results.md"


def test_tables_come_back_as_written(run: Run) -> None:
    zone = run.table("zone")
    assert list(zone.columns) == [column.name for column in SCHEMA["zone"]]
    assert len(zone) == 12 * 2 * 2
    assert zone["in_force"].dtype == bool
    assert zone.loc[0, "quarter"] == "2025-Q1"
    assert run.table("zone") is zone


def test_numbers_of_a_record_are_kept_packed() -> None:
    columns = {column.name: column.kind for column in SCHEMA["reserve"]}
    record = Record()
    record.add("reserve", **{name: ["x"] if kind == "text" else [1] for name, kind in columns.items()})
    sizes = {name: getattr(values, "itemsize", None) for name, values in record.rows("reserve").items()}
    assert sizes == {name: None if kind == "text" else 8 for name, kind in columns.items()}


def test_what_is_asked_of_a_run_is_found_once(run: Run) -> None:
    asked = []

    @remembered
    def first(run: Run, table: str, rows: int = 1) -> int:
        asked.append(table)
        return len(run.table(table).head(rows))

    assert [first(run, "zone"), first(run, "zone"), first(run, "zone", rows=2)] == [1, 1, 2]
    assert first(Run.open(run.folder), "zone") == 1
    assert asked == ["zone"] * 3


def test_every_column_carries_its_unit_in_the_file(run: Run) -> None:
    for name, columns in SCHEMA.items():
        schema = pq.read_schema(run.folder / f"{name}.parquet")
        for column in columns:
            assert schema.field(column.name).metadata[b"unit"].decode() == column.unit


def test_the_same_record_gives_the_same_bytes(make_run: MakeRun) -> None:
    first, second = make_run("one-seed1-1"), make_run("two-seed1-1")
    for name in SCHEMA:
        file = f"{name}.parquet"
        assert (first.folder / file).read_bytes() == (second.folder / file).read_bytes()


def test_rounds_quarters_minerals_and_settings(run: Run) -> None:
    assert run.rounds == list(range(12))
    assert run.quarters[-1] == "2027-Q4"
    assert run.minerals == ["ndpr", "gallium"]
    assert (run.leader, run.dominant_refiner) == ("USA", "CHN")
    assert run.setting("zone", "reading", "B") == "B"


@pytest.mark.parametrize("lost", ["run.json", "zone.parquet"])
def test_half_a_folder_is_refused(run: Run, lost: str) -> None:
    (run.folder / lost).unlink()
    with pytest.raises(ResultsError, match=rf"missing: {lost}"):
        Run.open(run.folder)


def test_what_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such result folder"):
        Run.open(tmp_path / "nowhere")
    (run.folder / "zone.parquet").write_text("not parquet")
    with pytest.raises(ResultsError, match=r"zone\.parquet: cannot be read as Parquet"):
        Run.open(run.folder).table("zone")
    (run.folder / "run.json").write_text("{")
    with pytest.raises(ResultsError, match=r"run\.json: cannot be read"):
        Run.open(run.folder)
    with pytest.raises(ResultsError, match="no table 'prices'; there are: countries, markets"):
        run.table("prices")


def test_a_folder_that_exists_is_kept_unless_told(make_run: MakeRun, run: Run, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="exists already"):
        make_run()
    write_run(Record(), {"scenario": "empty"}, run.folder, overwrite=True)
    assert Run.open(run.folder).table("zone").empty
    private = tmp_path / "letters"
    private.mkdir()
    (private / "letter.txt").write_text("dear")
    with pytest.raises(ResultsError, match="not a result folder"):
        write_run(Record(), {}, private, overwrite=True)
    assert (private / "letter.txt").exists()


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot be written"):
        write_run(Record(), {}, tmp_path / "file" / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_next_folder_takes_the_next_free_number(tmp_path: Path) -> None:
    assert next_folder(tmp_path, "zone_floor", 3).name == "zone_floor-seed3-1"
    (tmp_path / "zone_floor-seed3-1").mkdir()
    assert next_folder(tmp_path, "zone_floor", 3).name == "zone_floor-seed3-2"


def test_meta_can_be_amended(run: Run) -> None:
    amend_meta(run, {"timings": {"output_s": 1.5}})
    again = Run.open(run.folder)
    assert again.meta["timings"] == {"output_s": 1.5}
    assert again.meta["seed"] == 1


def test_only_those_at_the_table_hold_out() -> None:
    rows = pd.DataFrame({"standing": ["hold_out", "hold_out", "member"], "rung": [0, 1, 4]})
    assert holding_out(rows).tolist() == [False, True, False]


def test_the_page_of_tables_is_that_of_the_schema() -> None:
    assert DOCS.read_text(encoding="utf-8") == describe_results()


def test_every_table_says_what_its_rows_are() -> None:
    assert list(PURPOSE) == list(SCHEMA)


def test_the_network_keeps_every_tonne(run: Run) -> None:
    graph = network(run, 11, "ndpr", "refined")
    assert graph.edges["CHN", "JPN"]["flow_t"] == pytest.approx(80.0)
    assert graph.edges["CHN", "MYS"]["transit_t"] == graph.edges["MYS", "USA"]["transit_t"] == 20.0
    assert graph.edges["CHN", "JPN"]["transit_t"] == 0.0
    assert graph.nodes["CHN"]["home_supply_t"] == 400.0
    assert "CHN" not in graph["CHN"]
    roles = {country: graph.nodes[country]["role"] for country in ("CHN", "USA", "AUS", "CAN", "MYS")}
    assert list(roles.values()) == ["dominant_refiner", "zone_leader", "member", "hold_out", "other"]
    assert graph.edges["AUS", "USA"]["price_landed_usd_t"] == pytest.approx(90_000.0)


def test_flows_of_two_lanes_on_one_leg_add_up(make_run: MakeRun) -> None:
    graph = network(make_run("one-seed1-1", rounds=1), 0, "gallium", "ore")
    into_usa = sum(graph.edges[edge]["flow_t"] for edge in graph.in_edges("USA"))
    assert into_usa == pytest.approx(55.0)


def test_graphml_comes_back(run: Run, tmp_path: Path) -> None:
    path = write_graphml(run, 11, "ndpr", "refined", tmp_path / "lanes.graphml")
    graph = nx.read_graphml(path)
    assert graph.edges["CHN", "JPN"]["flow_t"] == pytest.approx(80.0)
    with pytest.raises(ResultsError, match="no round 99; there are rounds 0 to 11"):
        write_graphml(run, 99, "ndpr", "refined", path)
    with pytest.raises(ResultsError, match="no mineral 'tin'; there are: ndpr, gallium"):
        network(run, 0, "tin", "refined")
