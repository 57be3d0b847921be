"""A rejected entry of an author who is gone is corrected in its form by a superior."""

from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import Change, Receipt, RejectedEntry, Step, User, Visit
from tests.forms_in_pages import form_in
from tests.recording.test_changes import correction, void
from tests.sync.phone import body, entry, helped, result

LIST = "/rejected-entries"


def address(item):
    """Return the address of a rejected entry's form."""
    return f"{LIST}/{item.id}/resubmission"


@pytest.fixture
def rejected(cast, sign_in):
    """Return a visit of Lan's that was rejected: no way of helping, and a return in the past."""
    said = body(cast.bre, helped(cast.resident("Thị Rin"), mode=""), note="Dặn ông cất giấy",
                return_on="2020-01-01")
    assert result(sign_in(cast.lan), cast.lan, entry(said, form=2))["status"] == "rejected"
    return RejectedEntry.get()


def opened(browser, item):
    """Return the page of a rejected entry's form, and the form."""
    page = browser.get(address(item))
    assert page.status_code == 200
    return page.text, form_in(page.text, "entry")


@pytest.mark.parametrize("who", ["tu", "hanh", "son"])
def test_superior_corrects_it_and_it_is_the_authors(cast, sign_in, rejected, who):
    cast.lan.deactivate()
    by = getattr(cast, who)
    browser = sign_in(by)
    listed = browser.get(LIST).text
    assert "Sửa giúp" in listed and address(rejected) in listed
    page, form = opened(browser, rejected)
    assert f"Ghi cho {cast.lan.name}" in page and form.value("note") == "Dặn ông cất giấy"
    assert "Ngày hẹn lại phải từ ngày đến nhà trở đi." in page.split('name="return_on"')[1][:400]
    answer = form.post(browser, mode="together", return_on="")
    assert answer.status_code == 303 and answer.location == LIST
    visit, receipt = Visit.get(), Receipt.get(Receipt.status == "accepted")
    assert visit.member == receipt.user == cast.lan and receipt.submitted_by == by
    assert receipt.replaces == rejected.entry
    assert Receipt.get_by_id(rejected.entry).status == "settled"
    item = RejectedEntry.get()
    assert item.settled_at and item.body == "" and differences(cast.an_phu) == []
    assert "Đã lưu, xã nhận số 1." in browser.get(LIST).text
    assert f"Người gửi giúp: {by.name}" in browser.get(f"/households/{cast.bre.id}").text


@pytest.mark.parametrize("who", ["lan", "binh", "mai"])
def test_members_do_not(cast, sign_in, rejected, who):
    browser = sign_in(getattr(cast, who))
    assert browser.get(address(rejected)).status_code == 403
    assert "Sửa giúp" not in browser.get(LIST).text


def test_leader_does_not_see_an_author_who_moved_to_another_village(cast, sign_in, rejected):
    cast.lan.move_to(cast.da_xanh, clock.today())
    leader = sign_in(cast.tu)
    assert "Sửa giúp" not in leader.get(LIST).text
    assert leader.get(address(rejected)).status_code == 404
    assert sign_in(cast.hanh).get(address(rejected)).status_code == 200


def test_only_a_chair_corrects_for_a_chair(cast, sign_in):
    result(sign_in(cast.son), cast.son, entry(body(cast.bre, outcome="later"), form=2))
    item = RejectedEntry.get()
    assert sign_in(cast.hanh).get(address(item)).status_code == 404
    assert sign_in(cast.son).get(address(item)).status_code == 200


def test_rejected_again_it_stays_open_with_what_was_typed(cast, sign_in, rejected):
    browser = sign_in(cast.tu)
    _, form = opened(browser, rejected)
    answer = form.post(browser, mode="together", note="Chữ vừa gõ")
    assert answer.status_code == 422 and "Chữ vừa gõ" in answer.text
    item = RejectedEntry.get()
    assert item.settled_at is None and "Chữ" not in item.body
    assert [one.status for one in Receipt.select()] == ["rejected"]
    again = form_in(answer.text, "entry")
    assert again.post(browser, return_on="").status_code == 303


def test_trial_on_opening_writes_nothing(cast, sign_in, rejected):
    RejectedEntry.update(code="lost_phone", body=body(cast.van)).execute()
    page, _ = opened(sign_in(cast.tu), rejected)
    assert "Máy ghi lượt này đã báo mất." in page
    assert not Visit.select().exists() and Receipt.select().count() == 1


def test_posted_twice_it_counts_once(cast, sign_in, rejected):
    browser = sign_in(cast.tu)
    _, form = opened(browser, rejected)
    said = [form.post(browser, mode="together", return_on="").status_code for _ in range(2)]
    assert said == [303, 303] and Visit.select().count() == 1
    assert browser.get(address(rejected)).location == LIST


def test_two_superiors_at_once_make_a_visit_and_its_correction(cast, sign_in, rejected):
    first, second = sign_in(cast.tu), sign_in(cast.hanh)
    forms = [(one, opened(one, rejected)[1]) for one in (first, second)]
    for place, (browser, form) in enumerate(forms):
        answer = form.post(browser, mode="together", return_on="", note=f"Bản {place}")
        assert answer.status_code == 303
    assert Visit.live().get().note == "Bản 1" and Visit.live().count() == 1
    assert Change.get().by == cast.lan and differences(cast.an_phu) == []


def test_account_closed_long_ago_is_no_hindrance(cast, sign_in, rejected):
    User.update(active=False, closed_on=clock.today() - timedelta(days=200)).where(
        User.id == cast.lan.id).execute()
    browser = sign_in(cast.hanh)
    _, form = opened(browser, rejected)
    assert form.post(browser, mode="together", return_on="").status_code == 303
    assert Step.live().get().state == "helped"


def test_rejected_correction_is_measured_by_when_the_commune_received_it(
        cast, sign_in, later):
    phone, first = sign_in(cast.lan), entry(body(cast.bre))
    result(phone, cast.lan, first)
    late = correction(first, body(cast.bre, outcome="later"))
    assert result(phone, cast.lan, late)["status"] == "rejected"
    later(days=20)
    browser = sign_in(cast.tu)
    _, form = opened(browser, RejectedEntry.get())
    assert form.post(browser, outcome="absent").status_code == 303
    assert Change.get().state == "effective" and Change.get().by == cast.lan


def test_rejected_void_is_corrected_in_its_form(cast, sign_in):
    phone, first = sign_in(cast.lan), entry(body(cast.bre))
    result(phone, cast.lan, first)
    assert result(phone, cast.lan, void(first, reason=""))["status"] == "rejected"
    browser = sign_in(cast.tu)
    page, form = opened(browser, RejectedEntry.get())
    assert "Chọn vì sao sửa." in page
    assert form.post(browser, reason="not_real").status_code == 303
    assert not Visit.live().exists()


@pytest.mark.parametrize("changed", [{"kind": "visits.dream"}, {"body": ""}])
def test_entry_without_a_form_or_words_is_only_settled(cast, sign_in, rejected, changed):
    RejectedEntry.update(**changed).execute()
    assert "Sửa giúp" not in sign_in(cast.tu).get(LIST).text


def test_form_names_no_household_that_its_reader_does_not_see(cast, sign_in, rejected):
    RejectedEntry.update(body=body(cast.hlan)).execute()
    leader = sign_in(cast.tu)
    assert "Sửa giúp" not in leader.get(LIST).text
    assert leader.get(address(rejected)).status_code == 404
    assert sign_in(cast.hanh).get(address(rejected)).status_code == 200


def test_older_form_is_upgraded(cast, sign_in):
    said = f"{body(cast.bre, outcome='unreached')}&reason=Cầu+hỏng&return_on=x"
    result(sign_in(cast.lan), cast.lan, entry(said, form=1))
    browser = sign_in(cast.tu)
    _, form = opened(browser, RejectedEntry.get())
    assert form.value("why_unreached") == "Cầu hỏng"
    assert form.post(browser, return_on="").status_code == 303
    assert Visit.get().reason == "Cầu hỏng"


def test_one_that_was_settled_without_it_takes_no_words(cast, sign_in, rejected):
    browser = sign_in(cast.tu)
    _page, form = opened(browser, rejected)
    RejectedEntry.update(settled_at=clock.now()).execute()
    assert form.post(browser, mode="together", return_on="").status_code == 404
    assert not Visit.select().exists()
