"""EMA Workbench on the model in five lines. Run with ``python -m experiments.connectors.ema_example``."""

from __future__ import annotations

from typing import Any

from experiments.connectors.ema import ema_model


def explore(design: str = "screening", scenarios: int = 2, policies: int = 2) -> Any:
    """Experiments and outcomes, as ``perform_experiments`` returns them."""
    from ema_workbench import perform_experiments

    model = ema_model(design)
    return perform_experiments(model, scenarios=scenarios, policies=policies)


if __name__ == "__main__":
    experiments, outcomes = explore()
    print(experiments.assign(**outcomes).T.to_string())  # noqa: T201
