"""Adding people, and changing their details, their role and the village where they work."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from peewee import IntegrityError
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from ..access import commune_only, writing
from ..models import Commune, User, Village, personnel, usernames
from ..models.personnel import languages_of
from ..web import ID, get_or_404, page
from . import queries
from .forms import DetailsForm, NewPersonForm, PlacementForm, version_of

editing = Blueprint("editing", __name__)

PERSON = f"/people/<{ID}:person_id>"


@editing.get("/people/new")
@commune_only
def new() -> ResponseReturnValue:
    """Show the form for a new person."""
    return new_page(new_person_form())


@editing.post("/people/proposal")
@commune_only
def create_proposal() -> ResponseReturnValue:
    """Show the form with a username for the name and place typed so far; write nothing."""
    form = new_person_form()
    propose_username(form)
    return new_page(form)


@editing.post("/people")
@commune_only
def create() -> ResponseReturnValue:
    """Add a person, who has no secret until a sign-in card is used."""
    form = new_person_form()
    propose_username(form)
    try:
        with writing() as by:
            form.offer_places(by, open_villages())
            if not form.validate_on_submit():
                return new_page(form, status=422)
            person = personnel.enlist(by, form.role.data, form.place,
                                      username=form.username.data, **form.details)
    except IntegrityError:  # another commune took the username meanwhile
        form.validate_on_submit()
        return new_page(form, status=422)
    return back_to(person)


@editing.get(f"{PERSON}/edit")
@commune_only
def edit(person_id: int) -> ResponseReturnValue:
    """Show the form of a person's details."""
    person = find(current_user, person_id)
    form = DetailsForm(data={
        "name": person.name, "phone": person.phone, "weekdays": list(person.days),
        "minutes_a_day": person.minutes, "languages": sorted(languages_of(person))})
    return edit_page(person, form.offer_languages().expect(version_of(person)))


@editing.post(PERSON)
@commune_only
def update(person_id: int) -> ResponseReturnValue:
    """Change a person's details."""
    with changing(person_id) as (by, person):
        form = DetailsForm().offer_languages().expect(version_of(person))
        is_valid = form.validate_on_submit()
        if is_valid:
            personnel.revise(by, person, **form.details)
    return back_to(person) if is_valid else edit_page(person, form, status=422)


@editing.get(f"{PERSON}/placement")
@commune_only
def edit_placement(person_id: int) -> ResponseReturnValue:
    """Show the form of a person's role and village."""
    person = find(current_user, person_id, is_placing=True)
    form = PlacementForm(data={"role": person.role, "village": str(person.village_id or "")})
    return placement_page(person, form.offer_places(current_user, open_villages())
                          .expect(version_of(person)))


@editing.post(f"{PERSON}/placement")
@commune_only
def update_placement(person_id: int) -> ResponseReturnValue:
    """Change a person's role, or move them to another village."""
    with changing(person_id, is_placing=True) as (by, person):
        form = PlacementForm().offer_places(by, open_villages()).expect(version_of(person))
        is_valid = form.validate_on_submit()
        if is_valid:
            personnel.place(by, person, form.role.data, form.place)
    return back_to(person) if is_valid else placement_page(person, form, status=422)


@contextmanager
def changing(person_id: int, is_placing: bool = False) -> Iterator[tuple[User, User]]:
    """Begin a write transaction; yield who changes and whom, both as it finds them."""
    with writing() as by:
        yield by, find(by, person_id, is_placing)


def find(by: User, person_id: int, is_placing: bool = False) -> User:
    """Return a person whom `by` may change, or 404; nobody changes the own role."""
    person: User = get_or_404(User.visible_to(by).where(User.id == person_id))
    if not (by.may_deactivate if is_placing else by.may_edit)(person):
        raise Forbidden("role")
    return person


def open_villages() -> list[Village]:
    return list(Village.open_to(current_user))


def new_person_form() -> NewPersonForm:
    form = NewPersonForm(data={"languages": ["vie"]})
    return form.offer_languages().offer_places(current_user, open_villages())


def propose_username(form: NewPersonForm) -> None:
    """Fill in a username, unless the person typed another one than was proposed."""
    is_own = form.username.data and form.username.data != form.proposed.data
    village = form.villages.get(form.village.data) if form.role.data in User.FIELD else None
    if form.name.data and not is_own and (village or form.role.data in User.COMMUNE):
        place = village or Commune.get_by_id(current_user.commune_id)
        [form.username.data] = usernames.propose([(form.name.data, place.code)])
        form.proposed.data = form.username.data


def new_page(form: NewPersonForm, status: int = 200) -> Response:
    return page("members/new.html", "members/_username.html", status=status, form=form)


def edit_page(person: User, form: DetailsForm, status: int = 200) -> Response:
    return page("members/edit.html", status=status, person=person, form=form,
                languages=queries.languages(person))


def placement_page(person: User, form: PlacementForm, status: int = 200) -> Response:
    return page("members/placement.html", status=status, person=person, form=form,
                languages=queries.languages(person),
                handovers=queries.handovers(person))


def back_to(person: User) -> Response:
    return redirect(url_for("members.show", person_id=person.id), 303)
