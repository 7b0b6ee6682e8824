"""Lets all tests share the small worlds of the stories and the made-up case of the backtests."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / folder) for folder in ("stories", "experiments")]
