"""Lets all tests share the small worlds of the stories."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "stories"))
