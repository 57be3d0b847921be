"""The program as it must never be: it does not look whether it has an entry's receipt already."""

from app import app
from teamapp.sync.desk import Desk

Desk._known_answer = lambda desk, entry: None

__all__ = ["app"]
