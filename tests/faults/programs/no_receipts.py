"""The program as it must never be: it does not look whether it has an entry's receipt already."""

from app import app
from teamapp.sync.ledger import Ledger

from . import instead

instead(Ledger, "answer", lambda ledger, entry: None)

__all__ = ["app"]
