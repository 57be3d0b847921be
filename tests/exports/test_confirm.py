"""Only a chair takes the data out: with the password, slowed as a sign-in, and recorded."""

from threading import BoundedSemaphore

import pytest

from teamapp.exports import routes
from teamapp.models import Deed, secret
from tests.cast import PASSWORD, set_secret


def test_export_is_sent_and_recorded(cast, ask):
    answer = ask(cast.son)
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].startswith(
        "attachment; filename=tung-nha-99001-20")
    assert answer.headers["Cache-Control"] == "no-store"
    [deed] = Deed.select()
    assert (deed.kind, deed.by_id, deed.commune_id) == (
        "data_exported", cast.son.id, cast.an_phu.id)


def test_page_names_earlier_exports_and_what_is_not_inside(busy, ask, sign_in):
    ask(busy.son)
    page = sign_in(busy.son).get("/export").text
    assert "4 hộ, 8 nhân khẩu, 1 lượt đến hộ" in page
    assert "1 lượt xã chưa nhận không có trong tệp." in page
    assert "Các lần xuất trước" in page and ", Hoàng Sơn" in page


@pytest.mark.parametrize("typed, said", [
    ("", "Gõ mật khẩu để xác nhận."), ("mot-mat-khau-sai", "Mật khẩu không đúng."),
    ("x" * 201, "Mật khẩu không đúng.")])
def test_nothing_leaves_without_the_password(cast, ask, typed, said):
    answer = ask(cast.son, typed)
    assert answer.status_code == 422 and said in answer.text
    assert not Deed.select().exists()


def test_password_of_another_person_is_not_enough(cast, ask):
    set_secret(cast.son, "mat-khau-cua-ong-son")
    cast.son.save()
    assert ask(cast.son, PASSWORD).status_code == 422


def test_guesses_are_slowed_down_as_at_sign_in(cast, ask, later):
    answers = [ask(cast.son, "mot-mat-khau-sai") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    waits = int(answers[-1].headers["Retry-After"])
    assert "Sai nhiều lần." in answers[-1].text
    assert ask(cast.son).status_code == 429
    later(seconds=waits + 1)
    assert ask(cast.son).status_code == 200


def test_guesses_of_a_stranger_at_sign_in_do_not_slow_the_chair(cast, ask, client):
    for _ in range(9):
        client.post("/sign-in", data={"username": "son", "secret": "mot-mat-khau-sai"},
                    headers={"Sec-Fetch-Site": "same-origin"})
    assert ask(cast.son).status_code == 200


def test_busy_processor_is_answered_with_503_and_not_counted(cast, ask, monkeypatch):
    with monkeypatch.context() as busy:
        busy.setattr(secret, "_places", BoundedSemaphore(1))
        secret._places.acquire()
        answers = [ask(cast.son) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].headers["Retry-After"] == "3"
    assert ask(cast.son).status_code == 200


@pytest.mark.parametrize("failing", ["TemporaryFile", "write_archive"])
def test_full_disk_is_answered_with_503_and_not_recorded(cast, ask, monkeypatch, lines, failing):
    def full(*given, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(routes, failing, full)
    answer = ask(cast.son)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert not Deed.select().exists()
    assert any('"OSError"' in line for line in lines)


def test_export_that_cannot_be_recorded_is_not_sent(cast, ask, monkeypatch):
    def fail(*given, **more):
        raise ValueError

    monkeypatch.setattr(Deed, "record", fail)
    answer = ask(cast.son)
    assert answer.status_code == 500 and b"PK" not in answer.data
