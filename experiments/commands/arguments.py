"""Arguments that several commands share, and how their words become values."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

Progress = Callable[[int, int], None]
_BARE_WORD = re.compile(r"[A-Za-z0-9_.*-]+")


def whole(low: int) -> Callable[[str], int]:
    """A parser of whole numbers from ``low``."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low:
            raise argparse.ArgumentTypeError(f"given {text!r}, allowed: a whole number from {low}")
        return value

    return parse


def fraction(text: str) -> float:
    """A part, above 0 and at most 1."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"given {text!r}, allowed: a number above 0 and at most 1")
    return value


def setting(text: str) -> tuple[str, object]:
    """``leader.markup=0.2`` as dotted key and value; values are TOML, a bare word is a text."""
    key, equals, value = text.partition("=")
    if not equals or not all(part for part in key.strip().split(".")):
        raise argparse.ArgumentTypeError(f"given {text!r}, allowed: key=value, such as leader.markup=0.2")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        if _BARE_WORD.fullmatch(value.strip()):
            return key.strip(), value.strip()
        raise argparse.ArgumentTypeError(
            f'given {text!r}, allowed: a TOML value after the equals sign, such as 0.2, "text" or [1, 2]'
        ) from None


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """Add the scenario that a command plays."""
    parser.add_argument(
        "scenario",
        nargs="?",
        default="zone_floor",
        metavar="SCENARIO",
        help="name or .toml file (default: zone_floor)",
    )


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add ``--set``, ``--minerals`` and ``--rounds``."""
    parser.add_argument(
        "--rounds",
        type=whole(1),
        metavar="N",
        help="rounds to play, quarters or months (default: as the scenario says)",
    )
    parser.add_argument("--minerals", metavar="A,B", help="only these minerals, separated by commas")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        type=setting,
        default=[],
        metavar="KEY=VALUE",
        help="set a key of the scenario, such as leader.markup=0.2 (may be given again)",
    )


def add_study(parser: argparse.ArgumentParser) -> None:
    """Add the folder of a sweep that a command analyses, and where its tables and figures go."""
    parser.add_argument("folder", metavar="FOLDER", help="folder of a sweep")
    parser.add_argument("--out", metavar="DIR", help="tables and figures (default: FOLDER/analysis)")
    add_quiet(parser)


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs``."""
    parser.add_argument("--jobs", type=whole(1), metavar="N", help="processes (default: one a core)")


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Add ``--quiet``."""
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def chosen_settings(arguments: argparse.Namespace) -> dict[str, object]:
    """The settings given by ``--set`` and ``--minerals`` as dotted keys."""
    settings: dict[str, object] = dict(arguments.settings)
    if arguments.minerals is not None:
        settings["run.minerals"] = [name.strip() for name in arguments.minerals.split(",") if name.strip()]
    return settings


@contextmanager
def progress_bar(unit: str, quiet: bool) -> Iterator[Progress | None]:
    """A bar on standard error, or nothing when quiet or when nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    layout = "{l_bar}{bar}| {n_fmt}/{total_fmt} " + unit + " [{elapsed}<{remaining}]"
    with tqdm(total=1, bar_format=layout, leave=False, dynamic_ncols=True, mininterval=0) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def say(quiet: bool, *lines: str) -> None:
    """Print ``lines`` unless quiet."""
    if not quiet:
        print(*lines, sep="\n", flush=True)


def notice_of(quiet: bool) -> Callable[[str], None] | None:
    """Writes a line on standard error, above a bar of progress that is there; nothing when quiet."""
    if quiet:
        return None

    def tell(line: str) -> None:
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)

    return tell


def in_columns(rows: Mapping[str, str], indent: str = "  ") -> str:
    """Lines of name and text, the texts under one another."""
    width = max((len(name) for name in rows), default=0)
    return "\n".join(f"{indent}{name:<{width}}  {text}" for name, text in rows.items())
