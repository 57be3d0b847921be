"""The fictional people of the tests: commune An Phú, and Bình Lộc without access to it."""

from datetime import date
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from teamapp.models import (
    Commune,
    Household,
    Membership,
    Province,
    Resident,
    Speaks,
    User,
    Village,
)
from teamapp.models.secret import hash_secret

PIN, PASSWORD = "258036", "mot-mat-khau-dai"


def uuid_of(name):
    """Return the UUID of a name, the same in every run."""
    return uuid5(NAMESPACE_URL, f"https://tung-nha.invalid/{name}")


@cache
def hash_of(secret):
    """Return the hash of a secret, cached because hashing is slow."""
    return hash_secret(secret)


def set_secret(user, secret):
    """Give a user another secret, as a card does; the caller saves the user."""
    user.secret_hash = user.new_secret_hash(secret)
    user.end_sign_ins()


class Cast:
    """All people and households as attributes."""

    def __init__(self):
        province = Province.create(code="99", name="Tỉnh giả định")
        self.an_phu = Commune.create(province=province, code="99001", name="xã An Phú")
        self.binh_loc = Commune.create(province=province, code="99002", name="xã Bình Lộc")
        self.cau_van = self.village(self.an_phu, "V01", "ap", "Cầu Ván", 1)
        self.da_xanh = self.village(self.an_phu, "V02", "bon", "Đá Xanh", 2)
        self.suoi_la = self.village(self.binh_loc, "V01", "thon", "Suối Lá", 1)
        self.lan = self.person("lan", "member", "Lê Thị Lan", self.cau_van)
        self.binh = self.person("binh", "member", "Trần Bình", self.cau_van)
        self.tu = self.person("tu", "leader", "Nguyễn Văn Tư", self.cau_van)
        self.mai = self.person("mai", "member", "H'Mai", self.da_xanh)
        self.hanh = self.person("hanh", "officer", "Phạm Thị Hạnh", None, self.an_phu)
        self.son = self.person("son", "chair", "Hoàng Sơn", None, self.an_phu)
        self.kien = self.person("kien", "member", "Vũ Kiên", self.suoi_la)
        self.chau = self.person("chau", "chair", "Đỗ Châu", None, self.binh_loc)
        with self.an_phu.write() as tx:
            self.bre = self.house(tx, "bre", self.cau_van, 1, "Cụm 1", "Điểu Bré",
                                  [("Điểu Bré", 1957, "m"), ("Thị Rin", 1960, "f"),
                                   ("Điểu Lơi", 2015, "m")], landmark="cổng xanh")
            self.van = self.house(tx, "van", self.cau_van, 2, "Cụm 1", "Lê Văn An",
                                  [("Lê Văn An", 1957, "m"), ("Lê Thị Hà", 1999, "f")],
                                  phone="0900000123")
            self.hoa = self.house(tx, "hoa", self.cau_van, 3, "Cụm 2", "Nguyễn Thị Hòa",
                                  [("Nguyễn Thị Hòa", 1983, "f")])
            self.hlan = self.house(tx, "hlan", self.da_xanh, 1, "Cụm 1", "H'Lan",
                                   [("H'Lan", 1991, "f"), ("Y Ban", 1988, "m")])
        with self.binh_loc.write() as tx:
            self.kin = self.house(tx, "kin", self.suoi_la, 1, "Cụm Kín", "Giàng A Kín",
                                  [("Giàng A Kín", 1970, "m")])

    def village(self, commune, code, unit, name, position):
        """Return a new village."""
        return Village.create(commune=commune, code=code, unit_type=unit, name=name,
                              position=position, declared_14plus=10)

    def person(self, username, role, name, village, commune=None):
        """Return a new user of a team or the commune, with the PIN or password above."""
        user = User.create(username=username, role=role, name=name, village=village,
                           commune=village.commune if village else commune,
                           secret_hash=hash_of(PIN if village else PASSWORD))
        Speaks.create(user=user, language="vie")
        if village:
            Membership.create(user=user, village=village, since_on=date(2026, 1, 1))
        return user

    def house(self, tx, name, village, number, cluster, head, people, **more):
        """Return a new household with its residents, by their names in `people_of`."""
        Household.enlist(tx, [dict(id=uuid_of(name), village=village.id, number=number,
                                     cluster=cluster, head=head, **more)])
        Resident.enlist(tx, [
            dict(id=uuid_of(person), household=uuid_of(name), village=village.id, name=person,
                 birth_year=year, sex=sex, position=place)
            for place, (person, year, sex) in enumerate(people)])
        return Household.get_by_id(uuid_of(name))

    @staticmethod
    def resident(name):
        """Return the resident of that name."""
        return Resident.get_by_id(uuid_of(name))
