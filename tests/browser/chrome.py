"""The Chromium that the browser tests drive; as a program it prints its path or exits 1."""

import shutil
import subprocess
import sys
from functools import cache

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@cache
def find():
    """Return the path of a Chromium that starts, or None."""
    known = (shutil.which(name) for name in NAMES)
    return next((path for path in known if path and starts(path)), None) or downloaded()


def downloaded():
    """Return the path of the Chromium that Playwright downloaded, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if starts(path) else None


def starts(path):
    """Return whether the program prints its version; a stub or one without its libraries fails."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and b"hrom" in asked.stdout


if __name__ == "__main__":
    print(find() or sys.exit(1))
