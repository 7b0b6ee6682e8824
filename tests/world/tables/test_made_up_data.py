"""Datasets from rows in memory pass the checks of the files, or say what is wrong."""

import pytest

from world.dataset import DatasetError, load_dataset
from world.tables.catalogue import TABLES
from world.tables.made_up import dataset_of
from world.tables.reading import Cell


def rows_of_the_package() -> dict[str, list[dict[str, Cell]]]:
    return {
        name: [
            {str(key): cell for key, cell in row.items()}
            for row in load_dataset().table(name).to_dict("records")
        ]
        for name in TABLES
    }


def test_the_tables_of_the_package_come_back() -> None:
    again = dataset_of(rows_of_the_package())
    assert again.minerals == load_dataset().minerals
    assert again.blocs == load_dataset().blocs
    for name in TABLES:
        assert again.table(name).equals(load_dataset().table(name)), name


def test_the_fingerprint_follows_the_rows() -> None:
    rows = rows_of_the_package()
    before = dataset_of(rows).fingerprint
    rows["prices"][0]["note"] = "changed"
    assert dataset_of(rows).fingerprint != before


def test_faults_between_tables_are_found() -> None:
    rows = rows_of_the_package()
    rows["production"][0]["output_t_year"] = 1.0
    with pytest.raises(DatasetError, match="does not hold"):
        dataset_of(rows)


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("prizes", {}, "no tables of these names: prizes"),
        ("reserves", {"tonnes": 1.0}, "table reserves has no columns tonnes"),
        ("reserves", {"mineral": "ndpr"}, "table reserves: a row without iso3"),
    ],
)
def test_rows_that_no_table_has_are_refused(table: str, row: dict[str, Cell], words: str) -> None:
    with pytest.raises(KeyError, match=words):
        dataset_of({table: [row]})
