"""Search for policies that no other beats in every aim: NSGA-II over the levers of a design.

Every candidate is played under the same draws of the uncertainties with the same seeds, so that candidates
differ by policy alone. An objective is the mean over these plays, its 95% t interval is clustered by draw and
seed. The search is a function of the design, its options and what was played: a run of it that was stopped
takes up its plays from the archive and goes the same way on.

A candidate stands on a front because it did well under these draws, partly by luck: its values there are too
good. So the front is played once more under ``checks`` fresh draws, and the table gives those values too.

Source of the algorithm: Deb and others (2002), as in pymoo (Blank and Deb 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from experiments.analysis.extras import need
from experiments.batch import RunFailed
from experiments.jobs import Lost, in_processes, in_turn, stop_when_told
from experiments.optimisation.archive import Archive, Play, plays_of
from experiments.optimisation.candidates import (
    Levers,
    algorithm_of,
    check_levers,
    draw_nature,
    settings_of,
    varies_by_draw,
)
from experiments.optimisation.front import Front, make_front
from experiments.optimisation.objectives import Objective
from experiments.simulation import Notice, Progress, compile_market
from experiments.sweep.design import Design
from experiments.sweep.folder import made_with
from experiments.sweep.play import play_point
from experiments.sweep.sampling import Point
from world.scenario import ScenarioError

Answer = dict[str, float] | str
PlayOne = Callable[[Design, Point, int], Answer]
CHECK_SEED = 1_000_003
"""Added to the seed of the draws for those of the check, so that they are others."""


@dataclass(frozen=True)
class SearchOptions:
    """How long and how carefully to search.

    population, generations : candidates of one generation, and how many generations
    draws : settings of the uncertainties under which each candidate is played, with every seed of the design
        (or, where the design says ``seeds = "each"``, with one of its own)
    checks : fresh draws under which the front is played once more at the end
    seed : of the search and of the draws
    """

    population: int = 12
    generations: int = 5
    draws: int = 4
    checks: int = 4
    seed: int = 1

    def most_plays(self, design: Design) -> int:
        """Runs at most, without the check: fewer where a candidate comes up again."""
        draws = self.draws if varies_by_draw(design) else 1
        return self.population * self.generations * sum(len(design.seeds_of_draw(n)) for n in range(draws))

    def checks_of_one(self, design: Design) -> int:
        """Runs by which a policy on the front is checked."""
        fresh = self.checks if varies_by_draw(design) else 0
        return sum(len(design.seeds_of_draw(self.draws + number)) for number in range(fresh))


def search_policies(
    design: Design,
    objectives: Sequence[Objective],
    folder: str | Path,
    options: SearchOptions | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    notice: Notice | None = None,
    play: PlayOne | None = None,
) -> Front:
    """Search, and return all candidates with the front among them.

    ``jobs`` is the number of processes; ``progress`` is called with runs played and the most there may be;
    ``play`` stands in for the model in tests. Ctrl-C ends the search and returns what is finished.

    Raises ``AnalysisError`` for a design without levers or without the library, ``ResultsError`` for a folder
    of another search or one that cannot be written.
    """
    need("pymoo", "optimisation")
    check_levers(design)
    chosen = options or SearchOptions()
    archive = Archive(Path(folder), _made(design, chosen), design.text)
    search = _Search(design, objectives, archive, chosen, jobs, progress, play or play_model)
    if play is None:
        compile_market(notice)
    try:
        search.run()
        status = "finished"
    except KeyboardInterrupt:
        status = "interrupted"
    return make_front(design, objectives, archive, search.draws, search.candidates, status)


def play_model(design: Design, point: Point, seed: int) -> Answer:
    """One run of the model: its outcomes, or the line of what went wrong."""
    try:
        return play_point(design, point, seed, stop_when_told)
    except (RunFailed, ScenarioError) as error:
        return " ".join(str(error).split())


class _Search:
    """One search: what it asks, and the candidates in the order in which they came up."""

    def __init__(
        self,
        design: Design,
        objectives: Sequence[Objective],
        archive: Archive,
        options: SearchOptions,
        jobs: int,
        progress: Progress | None,
        play: PlayOne,
    ) -> None:
        self.design, self.objectives, self.archive = design, objectives, archive
        self.options, self.jobs, self.progress, self.play = options, jobs, progress, play
        nature = draw_nature(design, options.draws, options.seed)
        fresh = draw_nature(design, options.checks, options.seed + CHECK_SEED) if options.checks else []
        self.nature = [*nature, *(fresh if varies_by_draw(design) else [])]
        self.draws = len(nature)
        self.candidates: dict[Levers, None] = {}
        self._played = 0

    def run(self) -> None:
        """All generations, then the check of the front."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        algorithm, problem = algorithm_of(
            self.design, len(self.objectives), self.options.population, self.options.seed
        )
        for _ in range(self.options.generations):
            asked = algorithm.ask()
            if asked is None or not len(asked):
                break
            found = [settings_of(self.design, varied) for varied in asked.get("X")]
            self.candidates |= dict.fromkeys(found)
            self._evaluate(found, range(self.draws))
            values, faults = self._judge(found)
            Evaluator().eval(StaticProblem(problem, F=values, G=faults), asked)
            algorithm.tell(infills=asked)
        front = make_front(
            self.design, self.objectives, self.archive, self.draws, self.candidates, "finished"
        )
        self._evaluate(front.policies, range(self.draws, len(self.nature)))

    def _judge(self, found: Sequence[Levers]) -> tuple[object, object]:
        """(candidate, objective) means, smaller being better; and whether a play of it has no value."""
        import numpy as np

        front = make_front(self.design, self.objectives, self.archive, self.draws, found, "finished")
        signs = np.array([objective.sign for objective in self.objectives])
        means = front.means(found) * signs
        faulty = ~np.isfinite(means).all(axis=1)
        return np.where(faulty[:, None], 0.0, means), faulty[:, None].astype(float)

    def _evaluate(self, found: Iterable[Levers], draws: Iterable[int]) -> None:
        numbers = list(draws)
        plays = [play for levers in dict.fromkeys(found) for play in plays_of(self.design, levers, numbers)]
        todo = [play for play in plays if play not in self.archive.known]
        self._played += len(plays) - len(todo)
        work = partial(_play_one, self.design, self.nature, self.play)
        results = in_turn(work, todo) if self.jobs <= 1 else in_processes(work, todo, self.jobs)
        with closing(results):
            for play, answer in results:
                said = answer.reason if isinstance(answer, Lost) else answer
                failed = isinstance(said, str)
                self.archive.add(play, None if failed else said, said if failed else "")  # type: ignore[arg-type]
                self._played += 1
                if self.progress is not None:
                    most = self.options.most_plays(self.design)
                    self.progress(self._played, max(most, self._played))


def _play_one(design: Design, nature: Sequence[Point], play: PlayOne, one: Play) -> Answer:
    return play(design, {**dict(one.levers), **nature[one.draw]}, one.seed)


def _made(design: Design, options: SearchOptions) -> dict[str, object]:
    """What plays depend on besides candidate, draw and seed; generations may grow."""
    return {
        **made_with(),
        "design": design.text,
        "draws": options.draws,
        "checks": options.checks,
        "seed_of_the_search": options.seed,
        "population": options.population,
    }
