"""What docs/operations.md asks of the program `age`, by pyrage, where that is not installed."""

import sys
from pathlib import Path

import pyrage

match sys.argv[1:]:
    case ["-r", key]:
        said = pyrage.encrypt(sys.stdin.buffer.read(), [pyrage.x25519.Recipient.from_str(key)])
    case ["-d", "-i", keys, file]:
        key = pyrage.x25519.Identity.from_str(Path(keys).read_text().strip())
        said = pyrage.decrypt(Path(file).read_bytes(), [key])
    case other:
        sys.exit(f"age was not expected to be asked {other}")
sys.stdout.buffer.write(said)
