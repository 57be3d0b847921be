"""A phone that was reported lost, and the phone of somebody who left the team."""

from urllib.parse import quote_plus

import pytest

from teamapp.models import Receipt, RejectedEntry, Session, Visit

from ..cast import PIN
from .phone import SIGN_IN_PAGE
from .test_shared_phone import traces, work


def report_lost(laptop, name):
    """Report the only phone of a member as lost, as the chair does."""
    laptop.goto("/people")
    laptop.fill("[data-filter]", name)
    laptop.click(f"tbody a:visible:text-is('{name}')")
    laptop.click("summary:text-is('Mất máy')")
    laptop.click("button:text-is('Báo mất máy')")
    laptop.wait_for_selector("text=Đã báo mất")


def test_lost_phone_shows_nothing_and_leader_sees_its_entries(
        lans_phone, line, register, laptop):
    phone, lan = lans_phone, register.user("lan")
    phone.context.set_offline(True)
    words = work(phone, register)
    report_lost(laptop, lan.name)
    phone.context.set_offline(False)
    phone.go("/")
    phone.page.wait_for_url(SIGN_IN_PAGE)
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    assert phone.outbox() == [] and traces(phone, words) == set()
    assert Visit.select().count() == 0

    phone.sign_in("kien", PIN)
    phone.until(lambda: not phone.envelopes("waiting"), "the envelopes still wait")
    assert Visit.select().count() == 0
    found = list(RejectedEntry.visible_to(register.user("tu")))
    assert [item.code for item in found] == ["lost_phone"] * 2 and found[0].user == lan


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_former_member_sends_entries_and_sees_no_pages(lans_phone, line, register, path):
    phone, lan = lans_phone, register.user("lan")
    line.cut()
    words = work(phone, register)
    lan.deactivate()
    line.restore()
    phone.go(path)
    phone.page.wait_for_url(SIGN_IN_PAGE)
    phone.until(lambda: Visit.select().where(Visit.member == lan).count() == 2, "not handed in")
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
    phone.until(lambda: not phone.outbox(), "not sealed")
    assert len(phone.envelopes("accepted")) == 2
    assert traces(phone, [*words, quote_plus(words[0])]) == set()


@pytest.mark.parametrize("path", ["/tallies", "/sign-in"])
def test_lost_phone_is_erased_on_pages_it_does_not_keep(lans_phone, line, register, path):
    """Its kept pages may be too old to show, or its last page is one it never keeps."""
    phone = lans_phone
    line.cut()
    words = work(phone, register)
    for sign_in in Session.select().where(Session.user == register.user("lan")):
        sign_in.mark_lost()
    line.restore()
    phone.go(path)
    phone.page.wait_for_url(SIGN_IN_PAGE)
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    assert phone.outbox() == [] and traces(phone, words) == set()


def test_lost_phone_with_an_expired_sign_in_keeps_nothing(
        lans_phone, line, register):
    """It showed the sign-in page before: nobody is signed in, but its entries are still hers."""
    phone = lans_phone
    line.cut()
    words = work(phone, register)
    [sign_in] = Session.select().where(Session.user == register.user("lan"))
    sign_in.end()
    line.restore()
    phone.go("/sign-in")
    phone.page.wait_for_selector("html[data-net]", state="attached")
    sign_in.mark_lost()
    phone.go("/sign-in")
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    assert phone.outbox() == [] and traces(phone, words) == set()


def test_lost_phone_without_a_worker_keeps_nothing(take_phone, server, register):
    server.stop()
    server.environment["WORKER"] = "off"
    server.start()
    phone = take_phone()
    phone.sign_in("lan", PIN)
    phone.context.set_offline(True)
    phone.page.evaluate("""async () => {
      const script = document.querySelector("script[type=module]").src;
      const { stamp } = await import(new URL("outbox.js", script));
      const { add } = await import(new URL("outbox.js", script));
      const { user } = document.body.dataset;
      await add({ id: crypto.randomUUID(), user, kind: "visits.create", form: 1, body: "x",
        recorded_at: stamp(), after: [], replaces: null, label: "", state: "waiting",
        attempts: 0, not_before: 0 });
    }""")
    for sign_in in Session.select().where(Session.user == register.user("lan")):
        sign_in.mark_lost()
    phone.context.set_offline(False)
    phone.go("/")
    phone.until(lambda: not phone.outbox(), "not sealed")
    assert len(phone.envelopes("waiting")) == 1


def test_leader_submits_a_file_saved_from_a_broken_phone(
        lans_phone, take_phone, line, register, tmp_path):
    phone, lan = lans_phone, register.user("lan")
    phone.close()  # a phone that was signed in days ago has its cookie on the disk
    phone.start()
    line.cut()
    phone.absent(register.house(1))
    phone.met(register.house(2))
    phone.go("/outbox")
    phone.page.click("summary:text-is('Lưu ra tệp')")
    with phone.page.expect_download() as saved:
        phone.page.click('[data-do="export"]')
    saved.value.save_as(tmp_path / "saved.json")
    phone.until(lambda: not phone.page.locator("details[data-for-attempts]:visible").count(),
                "what was handed out can be changed")
    phone.kill()
    line.restore()

    leader = take_phone("leader").sign_in("tu", PIN).page
    leader.goto(f"{line.url}/outbox-files")
    leader.set_input_files("[name=file]", tmp_path / "saved.json")
    leader.click("main form button")
    leader.wait_for_selector("text=2 trên 2 lượt xã đã nhận")
    assert register.head(1) in leader.inner_text("main")
    assert {visit.member for visit in Visit.select()} == {lan}
    assert {receipt.submitted_by for receipt in Receipt.select()} == {register.user("tu")}

    phone.start().go("/")
    phone.until_accepted(2)
    assert Visit.select().count() == 2
