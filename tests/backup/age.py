"""Stand-in for the program `age`: the calls of docs/operations.md, by pyrage."""

import sys
from pathlib import Path

import pyrage

match sys.argv[1:]:
    case ["-r", key]:
        said = pyrage.encrypt(sys.stdin.buffer.read(), [pyrage.x25519.Recipient.from_str(key)])
    case ["-d", "-i", keys, file]:
        [own] = [line for line in Path(keys).read_text().split("\n") if line and line[0] != "#"]
        key = pyrage.x25519.Identity.from_str(own)
        said = pyrage.decrypt(Path(file).read_bytes(), [key])
    case other:
        sys.exit(f"age was not expected to be asked {other}")
sys.stdout.buffer.write(said)
