"""The record of deeds: who changed what about people, villages and access, or took data out."""

from peewee import CharField, ForeignKeyField, ModelSelect

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .user import User
from .village import Village


class Deed(Record):
    """One act of a leader, officer, chair or operator; it names no resident."""

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")  # None: command line
    at = MomentField()
    kind = CharField(24)  # of KINDS
    user = ForeignKeyField(User, null=True, on_delete="RESTRICT")  # whom it concerns
    village = ForeignKeyField(Village, null=True, index=False, on_delete="RESTRICT")
    note = CharField(200, default="")  # a role, a number, a reason: no name, no phone number

    class Meta:
        indexes = ((("commune", "at"), False),)

    KINDS = (
        "commune_created", "village_created", "village_changed", "village_closed",
        "village_reopened", "user_created", "user_changed", "user_moved", "role_changed",
        "user_deactivated", "user_reactivated", "card_issued", "card_used", "secret_changed",
        "sign_in_ended", "device_cleared", "phone_lost", "loss_decided", "data_exported")

    @classmethod
    def record(cls, kind: str, by: User | None, commune: Commune, *, user: User | None = None,
               village: Village | None = None, note: str = "") -> None:
        """Store one act; called in the transaction of what it did."""
        if kind not in cls.KINDS:
            raise ValueError(kind)
        cls.create(commune=commune, by=by, at=clock.now(), kind=kind, user=user,
                   village=village, note=note)

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the deeds a person may see, newest first: a chair's and officer's commune."""
        query = cls.select().where(cls.commune == user.commune_id)
        if not user.is_commune:
            query = query.where(cls.by == user.id)
        return query.order_by(cls.at.desc(), cls.id.desc())
