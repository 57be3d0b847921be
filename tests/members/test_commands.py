"""The operator creates a commune with its first chair, and gives a card to who forgot all."""

import re

import pytest

from teamapp.models import Commune, Deed, Province, SignInCard, User

from ..conftest import make_app

NEW = {"province-code": "98", "province": "Tỉnh Mẫu", "code": "98001", "name": "xã  Ví Dụ",
       "chair": "Trần Thị Mẫu"}


@pytest.fixture
def run(app):
    """Return a function that runs a command with options and returns its result."""

    def invoke(*words, typed=None, app=app, **options):
        more = [word for name, value in options.items()
                for word in (f"--{name.replace('_', '-')}", value)]
        return app.test_cli_runner().invoke(args=[*words, *more], input=typed)

    return invoke


def create(run, **changes):
    """Run `commune create` with all options, some changed."""
    return run("commune", "create", **{name.replace("-", "_"): value
                                       for name, value in NEW.items()} | changes)


def card_in(output):
    """Return the card that a command printed."""
    return SignInCard.find(re.search(r"^http://localhost:8000/card#(\S+)$", output, re.M)[1])


def all_rows():
    """Return how many rows a command could have written."""
    return [table.select().count() for table in (Province, Commune, User, SignInCard, Deed)]


def test_creates_a_commune_with_its_first_chair_and_prints_the_card(run):
    result = create(run)
    assert result.exit_code == 0, result.output
    card = card_in(result.output)
    assert (card.state, card.user.role, card.user.secret_hash) == ("open", "chair", "")
    assert "98001.mautt" in result.output and "▄" in result.output
    commune = Commune.get()
    assert (commune.name, commune.province.name) == ("xã Ví Dụ", "Tỉnh Mẫu")
    assert card.user.commune == commune
    assert [(deed.kind, deed.by) for deed in Deed.select().order_by(Deed.id)] == [
        ("commune_created", None), ("user_created", None), ("card_issued", None)]


def test_asks_for_what_is_left_out_until_the_answer_is_right(run):
    result = run("commune", "create", chair="Trần Thị Mẫu",
                 typed="9\n98\nTỉnh Mẫu\n9800x\n98001\n \nxã Ví Dụ\n")
    assert result.exit_code == 0, result.output
    assert "đúng 2 chữ số" in result.output and "đúng 5 chữ số" in result.output
    assert Commune.get().code == "98001"


def test_does_not_ask_for_the_name_of_a_known_province(run, cast):
    result = run("commune", "create", province_code="99", code="99003", name="xã Mới",
                 chair="Lê Văn Mẫu", typed="")
    assert result.exit_code == 0, result.output
    assert Province.select().count() == 1


@pytest.mark.parametrize("changes, said", [
    ({"code": "99001"}, "Mã xã 99001 đã có: xã An Phú."),
    ({"code": "9900"}, "Mã xã gồm đúng 5 chữ số."),
    ({"code": "９９００３"}, "Mã xã gồm đúng 5 chữ số."),
    ({"province_code": "9a"}, "Mã tỉnh gồm đúng 2 chữ số."),
    ({"province_code": "99"}, "Mã tỉnh 99 đang là Tỉnh giả định, không phải Tỉnh Mẫu."),
    ({"name": " "}, "Tên dài từ 1 đến 80 ký tự."), ({"chair": "x" * 81}, "Tên dài từ 1 đến 80"),
    ({"chair": "a\x00b"}, "Tên dài từ 1 đến 80")])
def test_a_mistake_is_said_in_a_sentence_and_writes_nothing(run, cast, changes, said):
    before = all_rows()
    result = create(run, **changes)
    assert result.exit_code == 1 and said in result.output and "Traceback" not in result.output
    assert all_rows() == before


def test_interrupted_questions_write_nothing(run):
    before = all_rows()
    assert run("commune", "create", typed="98\nTỉnh Mẫu\n98001\n").exit_code == 1
    assert all_rows() == before


def test_usernames_stay_unique(run):
    for place, username in enumerate(("98000.mautt", "98001.mautt", "98002.mautt")):
        create(run, code=f"9800{place}")
        assert User.get(User.username == username).commune.code == f"9800{place}"


def test_prints_a_new_card_and_ends_the_open_one(run, cast):
    SignInCard.issue([cast.son], None)
    result = run("user", "card", "SON")
    assert result.exit_code == 0, result.output
    card = card_in(result.output)
    assert (card.user, card.state) == (cast.son, "open")
    assert {row.state for row in cast.son.cards if row != card} == {"revoked"}
    [deed] = Deed.select()
    assert (deed.kind, deed.user, deed.by) == ("card_issued", cast.son, None)


def test_no_card_for_an_unknown_or_a_deactivated_person(run, cast):
    cast.lan.deactivate()
    for username, said in (("ai-do", "Không có ai"), ("lan", "đã đóng")):
        result = run("user", "card", username)
        assert result.exit_code == 1 and said in result.output
    assert not SignInCard.select().where(SignInCard.revoked_at.is_null()).exists()


def test_in_production_without_an_address_prints_the_path(run, app, cast, var):
    made = make_app(app.extensions["config"].database_url, var, APP_ENV="production",
                    SECRET_KEY="8f3k2-Lq0zX7-mW9aT1-bN4cV6-eR5yU8-iO3pS2")
    result = run("user", "card", "son", app=made)
    assert result.exit_code == 0 and "SITE_URL" in result.output and "▄" not in result.output
    token = re.search(r"^/card#(\S+)$", result.output, re.M)[1]
    assert SignInCard.find(token).user == cast.son
    made.extensions["database"].close_all()
