"""The forms of visits and their changes as filled in online: what fills them, what they offer."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ..form_pages import Context, FormPage
from ..languages import called
from ..models import Household, User, Visit
from ..models.visit_content import visit_contents
from . import queries
from .forms import DossierForm, PersonForm, StepForm


def find(id: UUID, user: User) -> Visit | None:
    """Return a version of a visit, if the user may see it."""
    found: Visit | None = Visit.visible_to(user).where(Visit.id == id).first()
    return found


def live_version(visit: Visit) -> Visit | None:
    """Return the version of the same visit that counts, or None if the visit is void."""
    found: Visit | None = Visit.live().where(
        (Visit.id == visit.root_id) | (Visit.first == visit.root_id)).first()
    return found


def correction_body(visit: Visit) -> str | None:
    """Return the body of a correction that changes nothing yet."""
    if (live := live_version(visit)) is None:
        return None
    ids = {"id": uuid4(), "visit": live.id, "household": live.household_id or ""}
    return f"{urlencode(ids)}&{visit_contents([live.id], called)[live.id].body}"


def void_body(visit: Visit) -> str | None:
    """Return the body of a void without a reason yet."""
    live = live_version(visit)
    return live and urlencode({"visit": live.id})


def choices(form: Any, user: User) -> Context:
    """Return the household of a visit's form and what the form offers to choose from."""
    house = Household.visible_to(user).where(Household.id == form.household.data).first()
    obstacles = queries.obstacles()
    return {"version": version_of(form, user), "house": house, "finished": Visit.FINISHED,
            "residents": queries.residents(house), "obstacles": obstacles,
            "kinds": queries.kinds(obstacles), "procedures": queries.procedures(),
            "team": queries.team_of(user, house, form.companions.data or []),
            "blank_person": PersonForm(prefix="people-__n__-"),
            "blank_step": StepForm(prefix="__prefix__steps-__n__-"),
            "blank_dossier": DossierForm(prefix="dossiers-__n__-")}


def version_of(form: Any, user: User) -> Visit | None:
    """Return the version that a form changes, if the form names one."""
    id = form.visit.data if "visit" in form else None
    return find(id, user) if id else None


def origin(form: Any, user: User) -> Context:
    """Return the version a form changes and its household, if the form names one."""
    version = version_of(form, user)
    return {"version": version, "house": version and Household.visible_to(user).where(
        Household.id == version.household_id).first()}


def said_of_visit(receipt: str, flag: str | None) -> str:
    """Return what happened to a visit."""
    return gettext("Đã lưu, xã nhận số %(n)s.", n=receipt)


def said_of_change(receipt: str, flag: str | None) -> str:
    """Return what happened to a correction, or that it waits."""
    return waits(receipt, flag) or gettext("Đã sửa, xã nhận số %(n)s.", n=receipt)


def said_of_void(receipt: str, flag: str | None) -> str:
    """Return what happened to a void, or that it waits."""
    return waits(receipt, flag) or gettext("Đã bỏ lượt, xã nhận số %(n)s.", n=receipt)


def waits(receipt: str, flag: str | None) -> str:
    """Return for what a change waits, or nothing."""
    if flag == "changed_twice":
        return gettext("Xã nhận số %(n)s, nhưng lượt này có người sửa trước. "
                       "Mở Cần xem để chọn bản đúng.", n=receipt)
    if flag == "changed_late":
        return gettext("Xã nhận số %(n)s. Sửa muộn nên còn chờ duyệt ở Cần xem.", n=receipt)
    return ""


VISIT = FormPage(_("Ghi lượt đến"), "visits/online_visit.html", choices, said_of_visit)
CORRECTION = FormPage(_("Sửa lượt đã ghi"), "visits/online_visit.html", choices, said_of_change,
                      find, correction_body)
VOID = FormPage(_("Bỏ lượt này"), "visits/online_void.html", origin, said_of_void, find,
                void_body)
