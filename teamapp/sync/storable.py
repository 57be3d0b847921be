"""The texts of rejected entries as the database keeps them."""

from urllib.parse import parse_qsl, urlencode

from .. import id_numbers


def storable(text: str) -> str:
    """Return a text any database can store, with ID numbers masked."""
    return id_numbers.mask(text.encode("utf-8", "replace").decode().replace("\0", "\ufffd"))


def storable_body(body: str) -> str:
    """Return the body of a form any database can store; ID numbers in its values are masked.

    A body without one is stored as it was sent.
    """
    plain = body.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    fields = parse_qsl(plain, keep_blank_values=True)
    masked = [(id_numbers.mask(name), id_numbers.mask(value)) for name, value in fields]
    return urlencode(masked) if masked != fields else plain
