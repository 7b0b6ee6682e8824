"""Open the interactive page: watch the zone form, ask why, take a seat, intervene, share."""

from __future__ import annotations

import argparse
import os

from experiments.commands.arguments import progress_bar, say, whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``app`` to the command line."""
    parser = commands.add_parser("app", help="open the interactive page in a browser", description=__doc__)
    parser.add_argument(
        "scenario", nargs="?", default="zone_floor", metavar="SCENARIO", help="name or .toml file to open on"
    )
    parser.add_argument("--port", type=whole(1), default=8765, metavar="N", help="port (default: 8765)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to serve (default: this machine alone)",
    )
    parser.add_argument("--seed", type=whole(0), default=1, metavar="N", help="seed (default: 1)")
    parser.add_argument(
        "--rounds", type=whole(1), default=20, metavar="N", help="rounds to open on (default: 20)"
    )
    parser.add_argument(
        "--workers",
        type=whole(1),
        default=None,
        metavar="N",
        help="processes that play rounds (default: one a processor, at most 8)",
    )
    parser.set_defaults(action=serve_app)


def serve_app(arguments: argparse.Namespace) -> int:
    """Play the opening world and serve the page."""
    from importlib.util import find_spec

    if find_spec("solara") is None:
        raise SystemExit("error: the page needs the extra app: pip install -c constraints.txt -e '.[app]'")
    from experiments.app.premise import open_premise
    from experiments.app.server import open_desk, prepare, serve

    premise = open_premise(arguments.scenario, arguments.seed)
    workers = arguments.workers or min(8, os.cpu_count() or 1)
    say(False, f"orebloc  starting {workers} processes (the first time they compile the market) ...")
    open_desk(workers)
    say(False, f"orebloc  playing {premise.scenario.key} for the opening of the page ...")
    with progress_bar("rounds", False) as progress:
        prepare(premise, arguments.rounds, progress or (lambda done, total: None))
    say(False, f"open http://{arguments.host}:{arguments.port}   (Ctrl-C ends)")
    serve(arguments.host, arguments.port)
    return 0
