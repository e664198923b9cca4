"""The parts of the fault run are modules beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # tests are no package, so their shared parts need a path
