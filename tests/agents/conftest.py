"""Lets the tests of agents share their made-up views."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
