"""The Node executable of Playwright, which the tests run scripts with."""

from pathlib import Path

import playwright

NODE = Path(playwright.__file__).parent / "driver" / "node"
