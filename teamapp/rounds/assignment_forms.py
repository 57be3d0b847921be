"""Forms of assigning a village's households in a round."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField
from wtforms.validators import ValidationError

from ..models import Assignment, User
from ..web import Checkboxes


class HouseholdsForm(FlaskForm):
    """A selection of one village's households."""

    houses = Checkboxes(_("Nhà"), coerce=UUID)

    def offer(self, ids: Iterable[UUID]) -> Self:
        """Offer the households with these ids."""
        self.houses.choices = [(id, "") for id in ids]
        return self

    def validate_houses(self, field: Field) -> None:
        """Require a household."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chưa chọn nhà nào."))


class AssignForm(HouseholdsForm):
    """Households, or a whole cluster, and their assignee, or nobody."""

    cluster = StringField()
    member = SelectField(_("Giao cho"), validate_choice=False, default="")

    def offer_to(self, members: list[User], assignments: list[Assignment]) -> Self:
        """Offer the households of these assignments, to be assigned to these members."""
        self.offer([assignment.household_id for assignment in assignments])
        self.clusters: dict[str, list[UUID]] = {}
        for assignment in assignments:
            self.clusters.setdefault(assignment.household.cluster, []).append(
                assignment.household_id)
        self.member.choices = [("", _("Chọn người")),
                               *((str(id), name) for id, name in User.labels(members).items()),
                               ("nobody", _("Chưa giao ai"))]
        return self

    def validate_cluster(self, field: Field) -> None:
        """Reject a cluster without a household in the round."""
        if field.data is not None and field.raw_data and field.data not in self.clusters:
            raise ValidationError(_("Cụm này không có nhà nào trong đợt."))

    def validate_houses(self, field: Field) -> None:
        """Require a household, unless a cluster is given."""
        if not self.cluster.raw_data:
            super().validate_houses(field)

    def validate_member(self, field: Field) -> None:
        """Require a member of this village's team."""
        if not field.data:
            raise ValidationError(_("Chọn người nhận nhà."))
        if field.data not in dict(field.choices):
            raise ValidationError(_("Người này không ở tổ của thôn, ấp này."))

    @property
    def chosen(self) -> list[UUID]:
        """The ids of the cluster's households, else of the selected ones."""
        ids: list[UUID] = self.houses.data
        return self.clusters[self.cluster.data] if self.cluster.raw_data else ids

    @property
    def assignee_id(self) -> int | None:
        """The member's id, or None for nobody."""
        return None if self.member.data == "nobody" else int(self.member.data)


class AllocationForm(FlaskForm):
    """The members among whom unassigned households are allocated."""

    members = Checkboxes(_("Thành viên được giao"), coerce=int)

    def offer(self, members: list[User]) -> Self:
        self.members.choices = [*User.labels(members).items()]
        return self

    def validate_members(self, field: Field) -> None:
        """Require a member."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chọn ít nhất một thành viên."))
