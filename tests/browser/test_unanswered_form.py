"""A session that ends in the middle of a form of the staff: the form comes back as it was typed."""

from teamapp import clock
from teamapp.models import Round, Session, Target

from ..cast import PASSWORD


def sign_in_again(page):
    page.wait_for_selector("text=Cần đăng nhập lại")
    assert page.is_visible("text=Chữ vừa gõ còn giữ ở đây")
    page.click("[data-sign-in]")
    page.fill("[name=secret]", PASSWORD)
    page.click("main form button")
    page.wait_for_selector("[data-typed-again]:visible")


def end_sessions():
    Session.update(ended_at=clock.now()).execute()


def test_targets_come_back_after_signing_in_again(laptop, line):
    laptop.goto("/targets")
    laptop.fill("[name=targets-0-activations]", "120")
    laptop.fill("[name=targets-1-coverage]", "75")
    end_sessions()
    laptop.click("text=Lưu chỉ tiêu")
    sign_in_again(laptop)
    assert laptop.url == f"{line.url}/targets"
    assert laptop.input_value("[name=targets-0-activations]") == "120"
    with laptop.expect_navigation():
        laptop.click("text=Lưu chỉ tiêu")
    laptop.wait_for_selector("[data-typed-again]", state="hidden")
    assert {target.amount for target in Target.select()} == {120, 75}
    assert not laptop.is_visible("[data-typed-again]")
    assert laptop.input_value("[name=targets-0-activations]") == "", "an answered form is gone"


def test_round_comes_back_after_signing_in_again(laptop, line):
    laptop.goto("/rounds/new")
    laptop.fill("[name=name]", "Đợt tháng mười hai")
    laptop.check("[name=villages] >> nth=1")
    laptop.check("[name=choice] >> nth=1")
    laptop.wait_for_load_state("networkidle")
    end_sessions()
    laptop.click(".action button.solid")
    sign_in_again(laptop)
    assert laptop.url == f"{line.url}/rounds/new"
    assert laptop.input_value("[name=name]") == "Đợt tháng mười hai"
    assert laptop.is_checked("[name=villages] >> nth=1")
    assert not laptop.is_checked("[name=villages] >> nth=0")
    assert laptop.is_checked("[name=choice] >> nth=1")
    before = Round.select().count()
    laptop.click(".action button.solid")
    laptop.wait_for_selector("h1:has-text('Đợt tháng mười hai')")
    assert Round.select().count() == before + 1
