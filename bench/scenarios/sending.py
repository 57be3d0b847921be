"""A phone sends its outbox after a long time without network."""

import time
from statistics import median

from ..browser import ASKED, browsers, members_phone
from ..dataset import KINDS, plain_dataset
from ..line import Line
from ..phone import Phone, Rounds
from ..server import Server
from ..table import Row

NAME = "500 waiting visits"
VISITS, BATCH, RATE, DELAY = 500, 100, 50_000, 0.4
MOST_CPU = {"sqlite": 0.8, "postgresql": 1.1}  # milliseconds a visit
FILL = "async ([user, entries]) => {" + ASKED + """
  const db = await asked(indexedDB.open("tungnha"));
  const tx = db.transaction("outbox", "readwrite");
  for (const entry of entries) {
    tx.objectStore("outbox").put({ ...entry, user, label: "", page: "/", counts: [],
      state: "waiting", attempts: 0, not_before: 0 });
  }
  await new Promise((resolve) => { tx.oncomplete = resolve; });
  db.close();
}"""
UNTIL_KEPT = """async (count) => {""" + ASKED + """
  const started = performance.now();
  document.querySelector("[data-do=send-now]").click();
  const db = await asked(indexedDB.open("tungnha"));
  const states = () => db.transaction("outbox").objectStore("outbox").index("user_state");
  const range = IDBKeyRange.only([document.body.dataset.user, "accepted"]);
  while (await asked(states().count(range)) < count) {
    if (performance.now() - started > 60000) throw new Error("not all were accepted");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  db.close();
  return performance.now() - started;
}"""


def measure(asked):
    """Send 500 visits in batches of 100 through a line of 50 kB/s and 400 ms.

    Every visit met two people by name, one helped and one not yet, with their consent. From
    Chromium three times, each as another member: 500 entries lie in its outbox, “Gửi ngay” is
    pressed, and the time runs until all are marked accepted; requests and bytes up are those to
    /sync. CPU is that of the server's process tree (and of PostgreSQL's) while a phone without a
    browser sends the same batches (session, form, authority, tallies, receipts, the write to the
    disk), each run as another member; afterwards it corrects the help or the note of
    each visit, and then voids them all.
    """
    yield from from_chromium(1 if asked.quick else 3)
    for kind in asked.kinds:
        yield from cpu(asked, kind)


def from_chromium(times):
    """Return the rows of real phones' outboxes: the medians of so many, each another member's."""
    dataset = plain_dataset("outbox")
    with browsers() as playwright, Server(dataset) as server:
        runs = [send_outbox(playwright, server, f"v300.{number + 1}") for number in range(times)]
    seconds, requests, up = map(median, zip(*runs))
    return [
        Row(NAME, "until all are accepted, Chromium", seconds, "s", most=5,
            note=f"median of {times}"),
        Row(NAME, "requests", requests, "", most=6),
        Row(NAME, "bytes up", up / 1000, "kB", most=80),
    ]


def send_outbox(playwright, server, username):
    """Return the seconds, the requests and the bytes up of one full outbox."""
    with server.dataset.open():
        rounds = Rounds(username)
        entries = [rounds.entry() for _ in range(VISITS)]
    with Line(server.address) as line, members_phone(playwright, line, username) as phone:
        phone.go("/outbox")
        phone.page.evaluate(FILL, [phone.user, entries])
        line.shape(RATE, DELAY)
        line.forget()
        took = phone.page.evaluate(UNTIL_KEPT, VISITS)
        sent = [request for request in line.requests if request.path == "/sync"]
    return took / 1000, len(sent), sum(request.up for request in sent)


def cpu(asked, kind):
    """Return the rows of a phone without a browser."""
    dataset, on = plain_dataset("sending", kind), KINDS[kind]
    runs = 3 if asked.quick else 5
    with dataset.open():
        packed = [in_turn(Rounds(f"v1500.{n}", seed=n)) for n in range(runs + 1)]
    cookies = [dataset.cookie(f"v1500.{n}") for n in range(runs + 1)]
    with Server(dataset) as server, Line(server.address) as line:
        for batches in packed[-1]:
            send(line, cookies[-1], batches)  # both workers have seen a batch
        line.shape(RATE, DELAY)
        found = [[cost(server, line, cookie, batches) for batches in turns]
                 for cookie, turns in zip(cookies, packed[:runs])]
    (seconds, visit), (_, correction), (_, void) = (
        map(median, zip(*of_a_kind)) for of_a_kind in zip(*found))
    return [
        Row(NAME, f"until the last answer, {on}", seconds, "s", most=5),
        Row(NAME, f"server CPU a visit, {on}", visit, "ms", most=MOST_CPU[kind]),
        Row(NAME, f"server CPU a correction, {on}", correction, "ms", most=3),
        Row(NAME, f"server CPU a void, {on}", void, "ms", most=3),
    ]


def in_turn(rounds):
    """Return the batches of visits, of their corrections, and of the voids of these."""
    visits = [rounds.entry() for _ in range(VISITS)]
    corrections = [rounds.correction(entry) for entry in visits]
    voids = [rounds.void(entry) for entry in corrections]
    return [rounds.in_batches(entries, BATCH) for entries in (visits, corrections, voids)]


def cost(server, line, cookie, batches):
    """Return the seconds the batches take, and the milliseconds of server CPU an entry."""
    before = server.cpu()
    seconds = send(line, cookie, batches)
    return seconds, (server.cpu() - before) / VISITS * 1000


def send(line, cookie, batches):
    """Send batches one after the other; return the seconds it took."""
    phone = Phone(line.address, cookie)
    started = time.perf_counter()
    for batch in batches:
        phone.sync(batch)
    took = time.perf_counter() - started
    phone.close()
    return took
