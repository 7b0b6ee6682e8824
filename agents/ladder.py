"""The ladder of the zone: its rungs, what each commits to, and what may be hoped for on it."""

from __future__ import annotations

RUNGS = ("none", "forum", "framework", "action_plan", "floor")
NONE, FORUM, FRAMEWORK, ACTION_PLAN, FLOOR = range(len(RUNGS))
COMMITMENT = {FORUM: 0.01, FRAMEWORK: 0.03, ACTION_PLAN: 0.1, FLOOR: 1.0}
"""How much of the political cost and of the exposure each rung carries (assumption)."""
PROSPECT = {FORUM: 0.05, FRAMEWORK: 0.5, ACTION_PLAN: 0.75, FLOOR: 1.0}
"""How much of the finance on offer a country can hope for on each rung (assumption)."""
