"""The measured scenarios by name, in the order of the table."""

from . import board, cold_start, list_page, sending, together, workers

SCENARIOS = {
    "sending": sending.measure,
    "together": together.measure,
    "workers": workers.measure,
    "list-page": list_page.measure,
    "board": board.measure,
    "cold-start": cold_start.measure,
}
