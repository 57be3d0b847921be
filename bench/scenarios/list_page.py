"""The list of households as an officer reads it online."""

from ..dataset import KINDS, plain_dataset
from ..phone import Phone
from ..queries import statements
from ..server import Server
from ..table import Row, middle

NAME = "list of 100 households, online"
TIMES = 20


def measure(asked):
    """Ask for the first 100 of 1,500 households as the chair; bytes are the brotli body.

    CPU is the server's over 20 requests of one connection, the median of five such rounds.
    Queries are counted in a request of this process, the session's own among them.
    """
    for kind in asked.kinds:
        yield from rows(kind)


def rows(kind):
    """Return the rows of one kind of database."""
    dataset, on = plain_dataset("list", kind), KINDS[kind]
    with dataset.open():
        from teamapp.models import Village
        path = f"/households?village={Village.get(Village.code == 'V1500').id}"
    cookie = dataset.cookie("chair")
    with Server(dataset) as server:
        phone = Phone(server.address, cookie)
        body = [phone.get(path) for _ in range(TIMES)][0]
        cpu = middle(lambda: cpu_of_pages(server, phone, path), 5)
        phone.close()
    return [
        Row(NAME, f"{on}, server CPU", cpu * 1000, "ms", most=5),
        Row(NAME, f"{on}, bytes", len(body) / 1000, "kB", most=5),
        Row(NAME, f"{on}, queries", len(statements(dataset, "chair", path)), "", most=5),
    ]


def cpu_of_pages(server, phone, path, times=TIMES):
    """Return the seconds of server CPU one page costs, over so many."""
    before = server.cpu()
    for _ in range(times):
        phone.get(path)
    return (server.cpu() - before) / times
