"""The database of a swarm: two communes with teams and houses, on SQLite or PostgreSQL."""

import base64
import json
import re
from collections import defaultdict
from types import SimpleNamespace

from teamapp.models import Household, Resident, Session, User

from ..browser.server import ROOT, Server
from ..cast import Cast
from ..conftest import make_app

TEAMS = {"cau_van": 24, "da_xanh": 12, "suoi_la": 14}  # village → further members
HOUSES = {"cau_van": 40, "da_xanh": 25, "suoi_la": 25}
SEALING = re.compile(r'data-sealing="([^"]+)"')


def people():
    """Insert the cast, and teams and houses for a swarm, into the open database."""
    cast = Cast()
    for name, members in TEAMS.items():
        village = getattr(cast, name)
        for number in range(members):
            cast.person(f"{name}.{number}", "member", f"Người {number}", village)
        with village.commune.write() as tx:
            for number in range(10, 10 + HOUSES[name]):
                family = [(f"{name} {number} {place}", 1950 + 9 * place, "f")
                          for place in range(3)]
                cast.house(tx, f"{name} {number}", village, number, "Cụm 1", family[0][0],
                           family)


class Register:
    """The test's own connection to the database that the server writes to."""

    def __init__(self, url, var, folder):
        self.url, self.var, self.folder = url, var, folder
        self.app = make_app(url, var)
        self.database = self.app.extensions["database"]
        self.database.connect()

    def server(self, program="app:app", root=ROOT, **environment):
        """Return a server on this database, optionally with another program than the real one."""
        return ProgramServer(self, program, root, environment)

    def members(self):
        """Return the members of each village: {village id: [user]}."""
        found = defaultdict(list)
        for user in User.select().where(User.role == "member").order_by(User.id):
            found[user.village_id].append(user)
        return found

    def homes(self):
        """Return the houses of each village: {village id: [house with its people's ids]}."""
        people = defaultdict(list)
        for resident in Resident.select().order_by(Resident.id):
            people[resident.household_id].append(resident.id)
        found = defaultdict(list)
        for house in Household.select().order_by(Household.id):
            found[house.village_id].append(SimpleNamespace(id=house.id, people=people[house.id]))
        return found

    def sign_in(self, user, device, living=True):
        """Return the Cookie header and the sealing key that a phone gets at sign-in."""
        token = Session.begin(user)
        signer = self.app.session_interface.get_signing_serializer(self.app)
        value = signer.dumps({"token": token, "_user_id": str(user.id), "_fresh": True,
                              "_permanent": True})
        cookie = f"device={device}; session={value}"
        page = self.app.test_client(use_cookies=False).get("/arrival", headers={"Cookie": cookie})
        if not living:
            Session.end_by_token(token)
        return {"cookie": cookie, "sealing": SEALING.search(page.text)[1]}

    def unseal(self, envelope):
        """Return the decrypted letter of an envelope."""
        key = self.app.extensions["sealing"].named(envelope["kid"])
        return json.loads(key.open(base64.b64decode(envelope["sealed"])))

    def close(self):
        """Close all connections."""
        self.database.close_all()


class ProgramServer(Server):
    """The server on a database, with a program of the tests."""

    def __init__(self, register, program, root, environment):
        super().__init__(register.url, register.var, register.folder / "server.log", root)
        self.environment |= environment
        self.program = program

    def command(self):
        """Return the command of the Procfile, with this program."""
        return super().command().replace("app:app", self.program)
