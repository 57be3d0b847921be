#!/bin/sh
# Makes sure there is a Chromium for the browser tests: does nothing when one is found.
cd "$(dirname "$0")/../.." || exit 1
PATH="$PWD/var/venv/bin:$PATH"

found() { python tests/browser/chrome.py >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"
  else return 1
  fi
}

found && exit 0
echo "No Chromium found: installing one for the browser tests." >&2
if command -v apt-get >/dev/null 2>&1; then
  as_root apt-get update -q >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    chromium >&2
  found && exit 0
fi
python -m playwright install chromium >&2
found && exit 0
as_root env "PATH=$PATH" python -m playwright install-deps chromium >&2
found && exit 0
echo "No Chromium could be installed. Install the package “chromium” (or Google Chrome) so that
it is found on the PATH, then run this again. Without a browser: pytest -m 'not browser'." >&2
exit 1
