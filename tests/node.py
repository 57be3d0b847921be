"""The Node that the tests run scripts with: Playwright's own, so that no other need be there."""

from pathlib import Path

import playwright

NODE = Path(playwright.__file__).parent / "driver" / "node"
