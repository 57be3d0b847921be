"""The database of a swarm: two communes with teams and houses, on SQLite or PostgreSQL."""

from collections import defaultdict
from types import SimpleNamespace

from teamapp import create_app
from teamapp.db import runner
from teamapp.models import Household, Resident, Session, User

from ..cast import Cast

KEY = "a-key-for-tests-only-0123456789abcdef"
TEAMS = {"cau_van": 24, "da_xanh": 12, "suoi_la": 14}  # village → further members
HOUSES = {"cau_van": 40, "da_xanh": 25, "suoi_la": 25}


class Book:
    """The test's own look into the database that a server under fire writes to."""

    def __init__(self, folder, url=None):
        self.folder = folder
        self.settings = {"APP_ENV": "test", "VAR_DIR": str(folder), "SECRET_KEY": KEY,
                         "DATABASE_URL": url or f"sqlite:///{folder / 'test.db'}"}
        self.app = create_app(self.settings)
        self.database = self.app.extensions["database"]

    def fill(self):
        """Make the tables, the catalogues and the people; return the book, open."""
        self.database.connect()
        runner(self.database).up()
        self.app.test_cli_runner().invoke(args=["catalog"], catch_exceptions=False)
        self.cast = Cast()
        for name in TEAMS:
            self._settle(name, getattr(self.cast, name))
        return self

    def _settle(self, name, village):
        for number in range(TEAMS[name]):
            self.cast.person(f"{name}.{number}", "member", f"Người {number}", village)
        with village.commune.turn() as turn:
            for number in range(10, 10 + HOUSES[name]):
                family = [(f"{name} {number} {place}", 1950 + 9 * place, "f")
                          for place in range(3)]
                self.cast.house(turn, f"{name} {number}", village, number, "Cụm 1",
                                family[0][0], family)

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

    def cookie(self, user, device, living=True):
        """Return the Cookie header of a phone on which this person signed in just now."""
        token = Session.begin(user)
        if not living:
            Session.end(token)
        signer = self.app.session_interface.get_signing_serializer(self.app)
        value = signer.dumps({"token": token, "_user_id": str(user.id), "_fresh": True,
                              "_permanent": True})
        return f"device={device}; session={value}"

    def close(self):
        """Let go of the database."""
        self.database.close_all()
