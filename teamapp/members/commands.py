"""`flask --app app commune create` and `… user card`: the first chair, and a way back in."""

import re
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from .. import text
from ..db import transaction
from ..models import Commune, Deed, Province, User, usernames
from .issuing import IssuedCard, issue_cards, site_url

LONGEST_NAME = 80

commune = AppGroup("commune", help="The communes of this server.")
user = AppGroup("user", help="The people of the communes.")


class Mistake(click.UsageError):
    """A wrong answer: a prompt asks again, an option ends the command."""

    exit_code = 1


def register(app: Flask) -> None:
    app.cli.add_command(commune)
    app.cli.add_command(user)


@commune.command()
@click.option("--province-code", help="Two digits.")
@click.option("--province", help="The province's name; not asked for one that exists.")
@click.option("--code", help="The commune's five digits.")
@click.option("--name", help="The commune's name with its kind: xã Ví Dụ.")
@click.option("--chair", help="The first chair's full name.")
def create(province_code: str | None, province: str | None, code: str | None, name: str | None,
           chair: str | None) -> None:
    """Create a commune and its first chair, and print the chair's sign-in card.

    It asks for what is left out.
    """
    province_code = ask(province_code, _("Mã tỉnh, 2 chữ số"), province_code_of)
    known = Province.get_or_none(Province.code == province_code)
    province = ask(province or (known and known.name), _("Tên tỉnh"), name_of)
    if known and not text.is_same_name(known.name, province):
        raise Mistake(_("Mã tỉnh %(code)s đang là %(name)s, không phải %(other)s.",
                        code=province_code, name=known.name, other=province))
    code = ask(code, _("Mã xã, 5 chữ số"), new_commune_code)
    name = ask(name, _("Tên xã, ví dụ: xã Ví Dụ"), name_of)
    chair = ask(chair, _("Họ tên chủ tịch"), name_of)
    with transaction():
        if not known:
            Province.create(code=province_code, name=province)
        card = found(Commune.create(province=province_code, code=code, name=name), chair)
    click.echo(_("Đã tạo %(name)s, mã %(code)s.", name=name, code=code))
    print_card(card)


def found(commune: Commune, chair_name: str) -> IssuedCard:
    """Record a new commune, create its first chair and return the chair's card."""
    Deed.record("commune_created", None, commune)
    [username] = usernames.propose([(chair_name, commune.code)])
    chair = User.create(commune=commune, role="chair", name=chair_name, username=username,
                        secret_hash="")
    Deed.record("user_created", None, commune, user=chair, note="chair")
    [card] = issue_cards([chair], None, commune)
    return card


@user.command("card")
@click.argument("username")
def create_card(username: str) -> None:
    """Print a new sign-in card for a person who can no longer sign in."""
    person = User.get_or_none(User.username == text.fold(username))
    if person is None:
        raise click.ClickException(_("Không có ai tên đăng nhập %(username)s.", username=username))
    with person.commune.write():
        person = User.get_by_id(person.id)
        if not person.may_sign_in:
            raise click.ClickException(_("Tài khoản %(username)s đã đóng, không cấp thẻ được.",
                                         username=username))
        [card] = issue_cards([person], None, person.commune)
    print_card(card)


def ask(value: str | None, question: str, check: Callable[[str], str]) -> str:
    """Return the checked value of an option, or of the first right answer to the question."""
    if value is not None:
        return check(value)
    answer: str = click.prompt(question, value_proc=check)
    return answer


def province_code_of(value: str) -> str:
    """Return a province's code; Mistake says what is wrong with another text."""
    return digits(value, 2, _("Mã tỉnh gồm đúng 2 chữ số."))


def new_commune_code(value: str) -> str:
    """Return the code of a commune that does not exist yet."""
    code = digits(value, 5, _("Mã xã gồm đúng 5 chữ số."))
    taken = Commune.get_or_none(Commune.code == code)
    if taken:
        raise Mistake(_("Mã xã %(code)s đã có: %(name)s.", code=code, name=taken.name))
    return code


def digits(value: str, length: int, otherwise: str) -> str:
    if not re.fullmatch(rf"[0-9]{{{length}}}", value.strip()):
        raise Mistake(otherwise)
    return value.strip()


def name_of(value: str) -> str:
    """Return the stored spelling of a name."""
    name = text.name(value)
    if not text.is_clean(name) or not 1 <= len(name) <= LONGEST_NAME:
        raise Mistake(_("Tên dài từ 1 đến %(n)s ký tự.", n=LONGEST_NAME))
    return name


def print_card(card: IssuedCard) -> None:
    """Print a card as text, link and QR code; without SITE_URL only the path of its link."""
    click.echo(_("%(name)s, tên đăng nhập %(username)s", name=card.user.name,
                 username=card.user.username))
    click.echo(_("Thẻ đăng nhập, dùng một lần, trước ngày %(day)s:", day=text.day(card.expires_at)))
    click.echo(card.url)
    if site_url():
        click.echo(card.terminal)
    else:
        click.echo(_("Thiếu SITE_URL: đặt địa chỉ của trang, rồi cấp thẻ khác; hoặc mở đường dẫn "
                     "trên sau địa chỉ ấy."), err=True)
