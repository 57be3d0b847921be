"""The measured scenarios by name, in the order of the table."""

from . import (
    after_release,
    board,
    cold_start,
    first_visit,
    kept_pages,
    list_page,
    pack,
    pack_on_phone,
    sending,
    sign_in_cards,
    slow_phone,
    together,
    workers,
)

SCENARIOS = {
    "slow-phone": slow_phone.measure,
    "first-visit": first_visit.measure,
    "pack": pack.measure,
    "pack-on-phone": pack_on_phone.measure,
    "kept-pages": kept_pages.measure,
    "sending": sending.measure,
    "together": together.measure,
    "workers": workers.measure,
    "after-release": after_release.measure,
    "list-page": list_page.measure,
    "sign-in-cards": sign_in_cards.measure,
    "board": board.measure,
    "cold-start": cold_start.measure,
}
