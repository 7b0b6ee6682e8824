"""Command line: ``python -m experiments COMMAND``: run, app, compare, study, sweep, sensitivity, discover,
tipping, optimise, report, explain, stability, eve, scenarios, backtest, ablations, mechanisms, calibrate,
published, data, results, reference.

Exit codes: 0 done, 2 something the user can mend (one line on standard error), 3 a sweep or study is played
to its end and some of its runs failed (one line says how many), 130 interrupted, 1 a failure inside (the line
names where the state was kept).
"""

from __future__ import annotations

import time

BEGAN = time.perf_counter()

import argparse  # noqa: E402  the clock above counts the imports too
import os  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from typing import NoReturn  # noqa: E402

from experiments.commands import (  # noqa: E402
    ablations,
    app,
    backtest,
    calibrate,
    compare,
    data,
    discover,
    eve,
    explain,
    mechanisms,
    optimise,
    published,
    reference,
    report,
    results,
    run,
    scenarios,
    sensitivity,
    stability,
    study,
    sweep,
    tipping,
)
from experiments.commands.exit_codes import DONE, FAILED, INTERRUPTED, WRONG_INPUT  # noqa: E402

os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
"""Tables take the memory that the simulation has given back, rather than a store of their own beside it."""


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print ``message`` and end with the code of input that the user can mend."""
        self.exit(WRONG_INPUT, f"error: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser with one sub-command a module of ``experiments.commands``."""
    parser = OneLineParser(
        prog="python -m experiments",
        description="A price-floor zone for critical minerals against a dominant refiner.",
        epilog="Start with: python -m experiments run",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (
        run,
        app,
        compare,
        study,
        sweep,
        sensitivity,
        discover,
        tipping,
        optimise,
        report,
        explain,
        stability,
        eve,
        scenarios,
        backtest,
        ablations,
        mechanisms,
        calibrate,
        published,
        data,
        results,
        reference,
    ):
        module.add_command(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = build_parser().parse_args(given)
    chosen.began = BEGAN if arguments is None else time.perf_counter()
    chosen.command_line = " ".join(["python -m experiments", *given])
    action: Callable[[argparse.Namespace], int] = chosen.action
    try:
        return action(chosen)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
        return DONE
    except Exception as error:
        return _explain_failure(error)


def _explain_failure(error: Exception) -> int:
    from experiments.batch import RunFailed

    if isinstance(error, _user_errors()):
        print(f"error: {error}", file=sys.stderr)
        return WRONG_INPUT
    if isinstance(error, RunFailed):
        print(f"failed: {error}", file=sys.stderr)
        return FAILED
    import traceback

    traceback.print_exc()
    print("failed: this is a fault of the program, not of the input", file=sys.stderr)
    return FAILED


def _user_errors() -> tuple[type[Exception], ...]:
    from experiments.analysis.study import AnalysisError
    from experiments.backtests.case import CaseError
    from experiments.cluster import ClusterError
    from experiments.eve import EveError
    from experiments.explain import ExplainError
    from experiments.jobs import ProcessError
    from experiments.mechanisms.reading import MechanismError
    from experiments.results import ResultsError
    from experiments.stability import StabilityError
    from experiments.sweep.factor import DesignError
    from world.dataset import DatasetError
    from world.market.method import KernelError
    from world.parameters import ParameterError
    from world.scenario import ScenarioError

    return (
        *(ScenarioError, ParameterError, DatasetError, KernelError),
        *(ResultsError, ExplainError, CaseError, StabilityError, MechanismError),
        *(DesignError, ClusterError, EveError, ProcessError, AnalysisError),
    )


if __name__ == "__main__":
    sys.exit(main())
