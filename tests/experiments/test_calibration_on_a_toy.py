"""The calibration on a history whose answer is known: what drives it is found, the rest keeps its prior."""

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.stats import kstest, norm
from toy_history import ToyHistory, stretch

from experiments.backtests.calibration import Calibration, Plays, calibrate, learn
from experiments.backtests.draws import draw_places, parameters_at
from experiments.backtests.pinned import agreement, describe, pinned
from experiments.backtests.scoring import pass_rate
from experiments.backtests.screening import FALSE_SHARE, moving
from experiments.backtests.store import Draw
from experiments.backtests.surfaces import flattened, log_chance_between
from experiments.backtests.walk import walk
from world.axes import Array
from world.parameters import load_parameters

NAMES = list(load_parameters())
DRAWS, MEMBERS = 140, 50


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> ToyHistory:
    return ToyHistory(tmp_path_factory.mktemp("toy"), drivers=5, cases=5)


@pytest.fixture(scope="module")
def found(history: ToyHistory, monkeypatch_module: pytest.MonkeyPatch) -> Calibration:
    monkeypatch_module.setattr("experiments.backtests.calibration.read_case", lambda folder: folder)
    monkeypatch_module.setattr("experiments.backtests.calibration.read_criteria", history.rows.__getitem__)
    return calibrate(list(history.rows), DRAWS, MEMBERS, 2, 1, history.play, leave_out=True)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_what_drives_is_found_and_little_else(history: ToyHistory, found: Calibration) -> None:
    followed = found.surfaces.slope != 0.0
    driven = np.array(
        [[name in history.weights[case.name, line] for name in NAMES] for case, line in found.observed]
    )
    assert (followed & driven).sum() == driven.sum()
    elsewhere = np.array(
        [[name not in history.parts_of(case.name) for name in NAMES] for case, _ in found.observed]
    )
    assert not (followed & elsewhere).any()
    assert (followed & ~driven).sum() <= 2 * FALSE_SHARE * followed.sum()  # a share in expectation


def test_intervals_are_narrow_and_cover_the_truth(history: ToyHistory, found: Calibration) -> None:
    sets = parameters_at(norm.cdf(found.posterior[::4].reshape(-1, len(NAMES))))
    for name, truth in history.truth.items():
        places = np.array([stretch(name, one[name]) for one in sets])
        assert np.quantile(places, 0.025) <= truth <= np.quantile(places, 0.975)
        assert places.std() < 0.15  # 0.41 in the prior


def test_what_drives_nothing_keeps_its_prior(history: ToyHistory, found: Calibration) -> None:
    inert = ~found.surfaces.leading
    assert inert.sum() > len(NAMES) - 30
    prior = norm.ppf(np.clip(draw_places(MEMBERS + 1, 1)[1:], 1e-6, 1 - 1e-6))
    assert np.array_equal(found.posterior[-1][:, inert], prior[:, inert])
    told = [one for one in pinned(found) if one.name not in history.truth]
    assert all(one.spread > 0.7 and 0.2 < one.place < 0.8 for one in told)
    assert {one.name for one in pinned(found)[:5]} == set(history.truth)


def test_fit_and_cases_left_out_pass_where_the_prior_does_not(found: Calibration) -> None:
    before, fit, left_out = (pass_rate(one)[0] for one in (found.before, found.fit, found.left_out))
    assert before <= 3
    assert fit >= 14
    assert left_out >= 12
    said = "\n".join(describe(found))
    assert f"in fit: {fit} of 15" in said
    assert agreement(found.posterior[:, :, found.surfaces.leading]) < 2.0


def test_nothing_is_found_where_nothing_drives() -> None:
    draw = np.random.default_rng(3)
    score, number = draw.standard_normal((DRAWS, 200)), draw.standard_normal((60, DRAWS))
    assert moving(score, number).sum() <= 2


def test_a_weak_parameter_is_found_behind_a_strong_one() -> None:
    score = np.random.default_rng(4).standard_normal((DRAWS, 200))
    found = moving(score, (3.0 * score[:, 0] + 0.5 * score[:, 1])[None])
    assert found[0, :2].all()
    assert found.sum() <= 4


def test_walks_end_where_prior_and_bands_say() -> None:
    def support(score: Array) -> Array:  # one number seen at 1 with a variance of 1: posterior N(0.5, 0.5)
        return np.asarray(-0.5 * (score[:, 0] - 1.0) ** 2)

    first = np.random.default_rng(5).standard_normal((60, 3))
    kept = walk(first, np.array([True, True, False]), support, seed=1)
    assert kept[:, :, 0].mean() == pytest.approx(0.5, abs=0.05)
    assert kept[:, :, 0].var() == pytest.approx(0.5, abs=0.06)
    assert kept[:, :, 1].var() == pytest.approx(1.0, abs=0.1)
    assert kstest(kept[-1, :, 1], "norm").pvalue > 1e-3
    assert np.array_equal(kept[-1, :, 2], first[:, 2])
    assert agreement(kept[:, :, :2]) < 1.05


def test_the_chance_of_a_band_is_that_of_the_normal_and_never_nothing() -> None:
    low, high = np.array([-1.0, -np.inf, 0.5, 2.0]), np.array([1.0, 0.0, np.inf, 2.0])
    spread = np.full(4, 0.5)
    near = log_chance_between(np.zeros((1, 4)), low, high, spread)[0]
    told = norm.cdf(high[:3] / 0.5) - norm.cdf(low[:3] / 0.5)
    assert near[:3] == pytest.approx(np.log(told))
    far = log_chance_between(np.full((1, 4), 40.0), low, high, spread)[0]
    assert np.isfinite(far).all()
    assert far[0] < far[3] < far[2] == pytest.approx(0.0)


def test_a_case_left_out_says_nothing(history: ToyHistory) -> None:
    """Numbers of the case that is left out may be anything: what is learned is the same."""
    score = norm.ppf(np.clip(draw_places(DRAWS, 1), 1e-6, 1 - 1e-6))
    draws = [Draw(one, seed) for seed, one in enumerate(parameters_at(norm.cdf(score)))]
    values = dict(history.play(history.rows, dict.fromkeys(history.rows, draws)))
    gone, *_ = history.rows
    others = {folder: of_case for folder, of_case in history.rows.items() if folder != gone}
    _, first = learn(others, Plays(score, DRAWS, values), 10, 1, history.play)
    spoilt = {**values, gone: {line: [0.0] * DRAWS for line in values[gone]}}
    _, second = learn(others, Plays(score, DRAWS, spoilt), 10, 1, history.play)
    assert np.array_equal(first, second)


def test_an_uncertain_slope_is_flattened_and_a_sure_one_is_not() -> None:
    draw = np.random.default_rng(6)
    design = np.column_stack([np.ones(DRAWS), draw.standard_normal((DRAWS, 2))])
    inverse = np.linalg.pinv(design)
    sure, unsure = flattened(np.array([1.0, 0.15]), draw.standard_normal(DRAWS), inverse[1:])
    assert 0.9 < sure < 1.0
    assert unsure == 0.0
