"""Libraries that not everyone needs: asked for when they are needed, with a line where absent."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from experiments.analysis.study import AnalysisError


def need(module: str, extra: str) -> None:
    """Raise ``AnalysisError`` saying how to install ``extra`` where ``module`` is not there."""
    if importlib.util.find_spec(module) is None:
        raise AnalysisError(
            f"{module} is not installed; install it with: pip install -c constraints.txt -e '.[{extra}]'"
        )


@contextmanager
def quiet_import() -> Iterator[None]:
    """EMA Workbench warns at import of every optional evaluator that is not installed: not our reader's
    concern.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
