"""A broken program: it does not look up the receipt of an entry."""

from app import app
from teamapp.sync.receipt_index import ReceiptIndex

from . import instead

instead(ReceiptIndex, "answer", lambda receipt_index, entry: None)

__all__ = ["app"]
