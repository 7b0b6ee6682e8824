"""Join when enough partners have (Granovetter 1978): a threshold of trade with those who are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.accession import barred, hold_out_barred, stay_or_leave, step_up, uninvited
from agents.decision import CountryDecision
from agents.ladder import FLOOR
from agents.political_stake import payoff_scale
from agents.view import Answer, CountryView, Question


class Strategy:
    """Follows its partners up the ladder, and out again when most of those it followed have gone.

    The threshold is its own, lower for a country with a taste for the zone. Terms are shares of trade times
    the payoff scale, so that they read in USD.
    """

    def questions(self, view: CountryView) -> Sequence[Question]:
        """It asks nothing of the market."""
        return ()

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """Compare the share of its trade that is with those on the rung with its threshold."""
        if barred(view) or uninvited(view):
            return hold_out_barred(view)
        p, scale = view.parameters, payoff_scale(view)
        threshold = p["imitation_threshold_share"] - p["imitation_spread_share"] * view.taste
        if view.rung == FLOOR:
            left = {"partners inside": -view.peers_share * scale}
            return stay_or_leave(view, left, -p["imitation_exit_share"] * threshold * scale)
        return step_up(view, {"partners inside": view.peers_share * scale}, threshold * scale)
