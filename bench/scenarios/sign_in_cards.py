"""Sign-in cards for everybody of a commune, printed at once."""

import random
import re
import time

from teamapp.models import Commune, SignInCard, User

from ..dataset import KINDS, person, plain_dataset
from ..table import Row, middle

NAME = "104 sign-in cards"
CARDS = 104
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def measure(asked):
    """Ask for the cards of 104 people who were never in, as the chair: the median of five times.

    CPU is this process's, from the request to the last byte of the page, compressed by brotli.
    """
    for kind in asked.kinds:
        yield from rows(kind)


def rows(kind):
    """Return the rows of one kind of database."""
    dataset, on = plain_dataset("cards", kind), KINDS[kind]
    name, value = dataset.cookie("chair").split("=", 1)
    with dataset.open() as app:
        appoint()
        client = app.test_client()
        client.set_cookie(name, value)
        token = TOKEN.search(client.get("/people?of=never-in").text)[1]
        ids = [user.id for user in User.select(User.id).where(User.role != "chair")]
        cpu = middle(lambda: cpu_of(client, {"csrf_token": token, "people": ids}), 5)
        size = len(post(client, {"csrf_token": token, "people": ids}).data)
    return [Row(NAME, f"{on}, server CPU", cpu, "s", most=2),
            Row(NAME, f"{on}, bytes", size / 1000, "kB")]


def appoint():
    """Add officers until so many people need a card."""
    draw, commune = random.Random(11), Commune.get()
    for number in range(CARDS - User.select().where(User.role != "chair").count()):
        User.create(username=f"officer.{number}", role="officer", name=person(draw),
                    commune=commune, secret_hash="")


def cpu_of(client, form):
    """Return the seconds of CPU the page costs; a page without all the cards raises."""
    before, started = SignInCard.select().count(), time.process_time()
    post(client, form)
    took = time.process_time() - started
    if SignInCard.select().count() - before != CARDS:
        raise RuntimeError("not everybody got a card")
    return took


def post(client, form):
    """Return the page with the new cards."""
    answer = client.post("/people/cards", data=form, headers={"Accept-Encoding": "br"})
    if answer.status_code != 200:
        raise RuntimeError(f"POST /people/cards answered {answer.status_code}")
    return answer
