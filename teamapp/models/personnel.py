"""Changes of the people of teams and commune, each with its deed in the same transaction.

The caller opens the commune's write transaction and has checked that `by` may make the change.
"""

from collections.abc import Collection
from typing import Any

from .. import clock
from .deed import Deed
from .sign_in_card import SignInCard
from .speaks import Speaks
from .user import Membership, User
from .village import Village


def enlist(by: User, role: str, village: Village | None, languages: Collection[str],
           **details: Any) -> User:
    """Create an account without a secret: a sign-in card brings its person in."""
    person = User.create(commune=by.commune_id, role=role, village=village, secret_hash="",
                         **details)
    if village:
        Membership.create(user=person, village=village, since_on=clock.today())
    set_languages(person, languages)
    Deed.record("user_created", by, by.commune, user=person, village=village, note=role)
    return person


def revise(by: User, person: User, languages: Collection[str], **details: Any) -> None:
    """Change a person's name, phone, time or languages; the deed names the changed fields."""
    changed = [name for name, value in details.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, details[name])
    if changed:
        person.save(only=changed)
    if set(languages) != languages_of(person):
        Speaks.delete().where(Speaks.user == person.id).execute()
        set_languages(person, languages)
        changed.append("languages")
    if changed:
        Deed.record("user_changed", by, by.commune, user=person, note=", ".join(changed))


def place(by: User, person: User, role: str, village: Village | None) -> None:
    """Give a person a role, and a village to work in, or None for a role of the commune.

    Open cards end: a person who loses the right to issue cards may have kept one. From a PIN to
    a password, or back, the secret ends, with every sign-in.
    """
    if (village and village.id) != person.village_id or role != person.role:
        SignInCard.revoke_around(person)
    if (village and village.id) != person.village_id:
        person.move_to(village, clock.today())
        Deed.record("user_moved", by, by.commune, user=person, village=village)
    if role != person.role:
        Deed.record("role_changed", by, by.commune, user=person, village=village,
                    note=f"{person.role} → {role}")
        was_field, person.role = person.is_field, role
        person.save(only=[User.role])
        if was_field != person.is_field:
            person.drop_secret()


def deactivate(by: User, person: User) -> bool:
    """Deactivate the account; open cards of and by it end; return False for the last chair."""
    is_deactivated = person.deactivate()
    if is_deactivated:
        SignInCard.revoke_around(person)
        Deed.record("user_deactivated", by, by.commune, user=person, village=person.village)
    return is_deactivated


def reactivate(by: User, person: User) -> bool:
    """Reactivate the account; return False for a member of a closed village."""
    if person.village and person.village.closed_on:
        return False
    person.reactivate()
    Deed.record("user_reactivated", by, by.commune, user=person, village=person.village)
    return True


def languages_of(person: User) -> set[str]:
    """Return the codes of the languages a person speaks."""
    return {row.language_id for row in Speaks.select().where(Speaks.user == person.id)}


def set_languages(person: User, languages: Collection[str]) -> None:
    """Add the languages a person speaks, by code."""
    if languages:
        Speaks.insert_many([(person.id, language) for language in languages],
                           fields=[Speaks.user, Speaks.language]).execute()
