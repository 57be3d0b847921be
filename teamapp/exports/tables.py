"""What an export holds: its files, the columns of each, and the tables that are left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from peewee import (
    OP,
    EnclosedNodeList,
    Expression,
    Field,
    ForeignKeyField,
    ModelSelect,
    Value,
)

from ..db import Record
from ..models import (
    CATALOGUES,
    AccountStatus,
    Assignment,
    Change,
    Commune,
    Companion,
    Consent,
    Coverage,
    Deed,
    Dossier,
    Filing,
    Gathering,
    Household,
    LivePeriod,
    LostPhone,
    Membership,
    Resident,
    Round,
    RoundVillage,
    Speaks,
    Step,
    Tally,
    Target,
    User,
    Village,
    VillageStay,
    Visit,
)


@dataclass(frozen=True)
class File:
    """One CSV file: fields of one table, of a commune's rows."""

    name: str
    table: type[Record]
    columns: str  # names of fields, in the order of the file
    order: str = ""  # names of fields that no two rows share; else the primary key
    through: str = ""  # the field that leads to a row with the commune

    CHUNK = 2000  # rows in memory

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of the columns."""
        return [getattr(self.table, name) for name in self.columns.split()]

    @cached_property
    def key(self) -> list[Field]:
        """The fields of the order."""
        return [getattr(self.table, name) for name in self.order.split()] or list(
            self.table._meta.get_primary_keys())

    def of(self, user: User) -> ModelSelect:
        """Return the rows of a user's commune, struck versions too: key first, then columns."""
        query = self.table.select(*self.key, *self.fields)
        if self.through:
            link: ForeignKeyField = getattr(self.table, self.through)
            return query.join(link.rel_model, on=link).where(
                link.rel_model.commune == user.commune_id)
        own = Commune.id if self.table is Commune else self.table.commune
        return query.where(own == user.commune_id)

    def rows(self, user: User) -> Iterator[list[Any]]:
        """Yield the values of each row; a few thousand rows are in memory at a time.

        People are given by username, villages by code.
        """
        names, whole = self.names(user), self.of(user).order_by(*self.key).limit(self.CHUNK)
        query = whole
        while found := list(query.tuples()):
            for row in found:
                yield [value if known is None else known.get(value)
                       for known, value in zip(names, row[len(self.key):])]
            query = whole.where(after(self.key, found[-1][:len(self.key)]))

    def names(self, user: User) -> list[dict[int, str] | None]:
        """Return for each column of people or villages {id: username or code}, else None."""
        people = dict(User.select(User.id, User.username).where(
            User.commune == user.commune_id).tuples())
        villages = dict(Village.select(Village.id, Village.code).where(
            Village.commune == user.commune_id).tuples())
        named: dict[Any, dict[int, str]] = {User: people, Village: villages}
        return [villages if field.name == "village_id" else
                named.get(getattr(field, "rel_model", None))
                for field in self.fields]


FILES = (
    File("xa", Commune, "code name province"),
    File("thon_ap", Village, "code unit_type name position signal declared_14plus declared_on "
         "declared_source list_complete closed_on", "position id"),
    File("nhan_su", User, "username name role village phone active closed_on language days "
         "minutes"),
    File("nhan_su_o_to", Membership, "user village since_on until_on", through="user"),
    File("nhan_su_noi_tieng", Speaks, "user language", through="user"),
    File("ho", Household, "id village number cluster cluster_position landmark head phone language "
         "poverty elderly_alone no_smartphone", "village number"),
    File("ho_o_thon", VillageStay, "household village until_on", through="household"),
    File("nhan_khau", Resident, "id household position name birth_year sex phone lost_name",
         "household position id"),
    File("dong_y", Consent, "resident purpose given asked_at asked_by visit receipt is_live",
         through="resident"),
    File("tai_khoan", AccountStatus, "resident kind state", through="resident"),
    File("buoi", Gathering, "id village kind held_on"),
    File("luot", Visit, "id first corrects is_live village household gathering member outcome "
         "reason visited_at happened_at day recorded_at received_at receipt first_receipt "
         "met_receipt return_on return_part note flag reviewed_at", "receipt"),
    File("luot_di_cung", Companion, "visit user", through="visit"),
    File("luot_hieu_luc", LivePeriod, "visit since until", through="visit"),
    File("viec", Step, "visit village resident kind state obstacle mode day receipt counted "
         "is_live"),
    File("ho_so", Dossier, "id status"),
    File("ho_so_nop", Filing, "dossier village household resident visit procedure code channel day "
         "due_on receipt is_live", "id"),
    File("sua_huy", Change, "id visit correction village household by reason asked_by note "
         "recorded_at received_at receipt state flag settled_by settled_at settled_receipt",
         "receipt id"),
    File("dot", Round, "id name starts_on ends_on created_by published_at published_by"),
    File("dot_thon", RoundVillage, "round village", through="round"),
    File("giao_ho", Assignment, "round household village member position", through="round"),
    File("chi_tieu", Target, "village indicator since_on amount set_by set_at"),
    File("so_dem", Tally, "village_id period indicator count"),
    File("ty_le", Coverage, "village_id kind state cohort count"),
    File("may_mat", LostPhone, "user village reported_by reported_at seen_at households left_count "
         "left_oldest_at wiped_at decision decided_by decided_at note"),
    File("so_viec", Deed, "at by kind user village note"),
)
CATALOGUE = "danh_muc"  # the file of the codes of all catalogues: their names in both languages

LEFT_OUT = {  # tables: the reason
    "province": "the state's list; a commune's file has the code",
    "counter": "the last numbers given out, for phones",
    "installation": "of the database, not of a commune",
    "session": "sign-ins; their secrets stay",
    "sign_in_card": "hashes of one-time links",
    "throttle": "hashes of sign-in attempts; kept for a day",
    "device": "what phones last reported; holds no resident",
    "distinct_mark": "derived: each fact that so_dem counted once",
    "receipt": "acknowledgements for phones; a visit has its number",
    "rejected_entry": "not the commune's record until it is corrected; the page says how many",
    "processing_failure": "entries that met a server error, by number; hold no resident",
    "undeliverable_envelope": "sealed: nobody can read them",
}
LEFT_OUT_FIELDS = {  # fields of exported tables: the reason
    "commune": "the commune whose export it is",
    "secret_hash": "a secret",
    "search_key": "derived from the name",
    "sort_key": "derived from the name",
    "revision": "the number of edits, for phones",
    "cursor": "a number for phones",
    "since_cursor": "a number for phones",
    "until_cursor": "a number for phones",
    "session": "a sign-in",
    "device": "the number of a phone",
}


def after(key: list[Field], values: tuple[Any, ...]) -> Expression:
    """Return the condition “later in the order of the key than these values”."""
    return Expression(EnclosedNodeList(key), OP.GT, EnclosedNodeList(
        [Value(field.db_value(value), converter=False)
         for field, value in zip(key, values, strict=True)]))


def catalogue_rows() -> Iterator[tuple[str, ...]]:
    """Yield (catalogue, code, name, English name) of the codes that other files use."""
    for kind in CATALOGUES:
        name = getattr(kind, "name", None) or kind.label
        for row in kind.select(kind.code, name, kind.name_en).order_by(kind.code).tuples():
            yield kind._meta.table_name, *row
