"""The texts of rejected entries as the database keeps them."""

from urllib.parse import parse_qsl, urlencode

from .. import id_numbers


def plain(text: str) -> str:
    """Return a text any database can store."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def storable(text: str) -> str:
    """Return the same with ID numbers masked."""
    return id_numbers.mask(plain(text))


def storable_body(body: str) -> str:
    """Return the body of a form any database can store; ID numbers in its values are masked.

    A body without one is stored as it was sent.
    """
    sent = plain(body)
    fields = parse_qsl(sent, keep_blank_values=True)
    masked = [(id_numbers.mask(name), id_numbers.mask(value)) for name, value in fields]
    return urlencode(masked) if masked != fields else sent
