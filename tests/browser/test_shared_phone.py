"""Two people share a phone: data of one is neither shown to the other nor lost."""

from urllib.parse import quote_plus

import pytest

from teamapp.models import Session, Visit

from ..cast import PIN
from .phone import HAS_HEARD_OF_PACK, HEAR_OF_PACK, SIGN_IN_PAGE

NOTE, DRAFT = "Chìa khóa để dưới chậu sứ", "Tối nay ghé bà Tư"  # only Lan may read it
IS_DRAWN = "() => !document.documentElement.hidden && document.documentElement.dataset.net"


def traces(phone, words):
    """Return the places in storage where one of these words is readable."""
    return {place for place, text in phone.everything().items()
            if any(word in text for word in words)}


def work(phone, register):
    """Record two visits, one with a note, and start a third; return every word they contain."""
    phone.absent(register.house(1))
    phone.open_sheet(register.house(2), "record")
    phone.help()
    phone.unfold("Ghi chú")
    phone.page.fill("#met [name=note]", NOTE)
    phone.save()
    phone.open_sheet(register.house(3), "record")
    phone.unfold("Ghi chú")
    phone.page.fill("#met [name=note]", DRAFT)
    phone.until_drafted(DRAFT)
    names = [person.name for number in (1, 2, 3) for person in register.people(number)]
    words = [*names, NOTE, DRAFT, *(quote_plus(word) for word in (*names, NOTE, DRAFT))]
    seen = traces(phone, words)
    assert {"tungnha/outbox", "tungnha/typed_drafts"} <= seen, "the test sees nothing"
    return words


def pages_shown(phone, paths):
    """Return the text that these addresses and the back button show."""
    shown = []
    for path in paths:
        phone.go(path)
        phone.page.wait_for_function(IS_DRAWN)
        shown.append(phone.page.content())
    for _ in paths:
        phone.page.go_back(wait_until="commit")
        phone.page.wait_for_function(IS_DRAWN)
        shown.append(phone.page.content())
    return "\n".join(shown)


@pytest.mark.parametrize("other", ["kien", "binh"])
def test_sign_out_without_signal_leaves_nothing_readable_and_loses_nothing(
        lans_phone, line, register, other):
    phone = lans_phone
    lan, next_person = register.user("lan"), register.user(other)
    paths = ["/", "/households", f"/households/{register.house(1)}", "/outbox", "/visits/parts"]
    for path in paths:
        phone.go(path)
    line.cut()
    words = work(phone, register)
    written = [entry["record"] for entry in phone.unsent()]
    phone.sign_out()

    # nobody is signed in, and there is no network
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "the pages are still there")
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    assert phone.outbox() == [] and traces(phone, words) == set()
    shown = pages_shown(phone, paths)
    assert not [word for word in words if word in shown]

    # the network returns, then the next person, whose first contact carries her envelopes
    living = Session.select().where(Session.user == lan, Session.ended_at.is_null())
    assert living.count() == 1, "there was no network to end it"
    line.restore()
    phone.go("/sign-in")
    phone.until(lambda: living.count() == 0, "the session outlives the first request")
    phone.sign_in(other, PIN)
    phone.until(lambda: not phone.envelopes("waiting"), "the envelopes still wait")
    hers = Visit.select().where(Visit.member == lan).order_by(Visit.receipt)
    assert [str(visit.id) for visit in hers] == written, "not as it was written"
    assert Visit.select(Visit.note).where(Visit.note != "").scalar() == NOTE
    phone.until_ready(next_person)
    phone.go("/outbox")
    phone.page.wait_for_selector("text=Đã gửi hết", state="visible")
    assert phone.page.locator("[data-entries] li").count() == 0
    own = words if other == "kien" else [DRAFT, quote_plus(DRAFT)]  # Bình may see the houses
    assert traces(phone, own) == set()
    shown = pages_shown(phone, paths)
    assert not [word for word in own if word in shown]
    mine = {"kien": "kin", "binh": "house-24"}[other]
    phone.absent(register.uuid_of(mine))
    phone.send_now()
    phone.until_accepted(1)
    assert Visit.select().where(Visit.member == next_person).count() == 1
    assert Visit.select().count() == 3


def test_returning_person_sends_own_sealed_entries(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    words = work(phone, register)
    phone.sign_out()
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    line.restore()
    phone.sign_in("lan", PIN)
    phone.until(lambda: not phone.envelopes("waiting"), "the envelopes still wait")
    assert Visit.select().where(Visit.member == register.user("lan")).count() == 2
    assert traces(phone, [DRAFT, quote_plus(DRAFT)]) == set() and words


def test_phone_killed_during_sign_out_seals_at_its_next_start(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    words = work(phone, register)
    phone.page.evaluate("""async () => {
      const script = document.querySelector("script[type=module]").src;
      const { set } = await import(new URL("outbox.js", script));
      await set({ here: null, ending: true, leaving: true });
    }""")
    phone.kill()
    phone.start().go("/")
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    own = [NOTE, DRAFT, quote_plus(NOTE), quote_plus(DRAFT)]
    assert phone.outbox() == [] and words
    assert traces(phone, own) == set()


def test_sign_out_with_signal_sends_first_and_back_shows_nothing(lans_phone, register):
    phone = lans_phone
    lan = register.user("lan")
    phone.go(f"/households/{register.house(1)}")
    phone.absent(register.house(2))
    phone.sign_out()
    assert Visit.select().count() == 1, "what waited was not sent first"
    assert Session.select().where(Session.user == lan, Session.ended_at.is_null()).count() == 0
    shown = pages_shown(phone, [f"/households/{register.house(1)}", "/"])
    assert register.head(1) not in shown and register.head(2) not in shown
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "the pages are still there")
    assert phone.outbox() == [] and len(phone.envelopes("accepted")) == 1
    assert traces(phone, [register.head(1), register.head(2)]) == set()


def test_open_tab_shows_nothing_after_another_person_signs_in(lans_phone, register):
    phone = lans_phone
    phone.go(f"/households/{register.house(1)}")
    second = phone.context.new_page()
    phone.go("/me", second)
    second.click("summary:has(~ [data-do=sign-out])")
    second.click('[data-do="sign-out"]')
    second.wait_for_function("() => !document.body.dataset.user")
    second.click("text=Người khác")
    second.fill("[name=username]", "kien")
    second.fill("[name=secret]", PIN)
    second.click("main form button")
    second.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
    phone.page.bring_to_front()
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.page.wait_for_function("(head) => !document.body.innerText.includes(head)",
                                 arg=register.head(1))


@pytest.mark.parametrize("path", ["/arrival", "/arrival?next=/outbox"])
def test_address_does_not_restore_a_sign_in_ended_without_signal(
        lans_phone, line, register, path):
    phone, lan = lans_phone, register.user("lan")
    line.cut()
    phone.sign_out()
    line.restore()
    phone.go(path)
    phone.page.wait_for_url(SIGN_IN_PAGE)
    assert phone.page.get_attribute("body", "data-user") == ""
    assert Session.select().where(Session.user == lan, Session.ended_at.is_null()).count() == 0


# Holds the worker's request back until the next person is signed in, then answers it.
HOLD = """(path) => {
  const real = globalThis.fetch;
  const asked = new Promise((resolve) => (globalThis.isAsked = resolve));
  globalThis.fetch = (url, ...more) => {
    if (globalThis.answerLate || !String(url).startsWith(path)) return real(url, ...more);
    globalThis.isAsked();
    return new Promise((resolve) => {
      globalThis.answerLate = (code) => resolve(Response.json({ v: 1, code }, { status: 401 }));
    });
  };
  globalThis.asked = asked;
}"""


@pytest.mark.parametrize("code", ["signed_out", "wipe"])
def test_refused_pack_of_the_previous_person_does_not_affect_the_next(lans_phone, register, code):
    phone, lan = lans_phone, register.user("lan")
    worker = phone.context.service_workers[0]
    worker.evaluate(HOLD, "/pack")
    phone.page.evaluate("navigator.serviceWorker.controller.postMessage("
                        "{ do: 'refresh', now: true })")
    worker.evaluate("globalThis.asked")
    phone.sign_in("kien", PIN)
    phone.page.context.set_offline(True)
    phone.page.evaluate(HEAR_OF_PACK)
    worker.evaluate("(code) => globalThis.answerLate(code)", code)
    phone.page.wait_for_function(HAS_HEARD_OF_PACK)
    assert phone.page.get_attribute("body", "data-user") == str(register.user("kien").id)
    assert phone.page.get_attribute("html", "data-net") != "expired"
    phone.page.context.set_offline(False)
    phone.go("/")
    phone.until_ready(register.user("kien"))
    assert str(lan.id) not in phone.kept_pages()


@pytest.mark.parametrize("code", ["signed_out", "wipe"])
def test_refused_batch_of_the_previous_person_does_not_stop_the_next(
        lans_phone, line, register, code):
    phone = lans_phone
    line.cut()
    phone.absent(register.house(1))
    line.restore()
    page = phone.context.new_page()
    page.add_init_script(f"({HOLD})('/sync')")
    phone.go("/outbox", page)
    page.click('[data-do="send-now"]')
    page.evaluate("globalThis.asked")
    phone.sign_in("kien", PIN)
    asked = line.count("GET /sign-in")
    page.evaluate("(code) => globalThis.answerLate(code)", code)
    page.wait_for_url(f"{line.url}/")
    page.close()  # its request is held back again
    phone.go("/outbox")
    phone.page.wait_for_selector("html[data-net]", state="attached")
    assert phone.page.get_attribute("body", "data-user") == str(register.user("kien").id)
    assert phone.page.get_attribute("html", "data-net") == "ok"
    phone.until(lambda: not phone.envelopes("waiting"), "what waits is held up")
    assert line.count("GET /sign-in") == asked, "her page took the phone away from him"


def test_phone_killed_after_sealing_deletes_pages_at_its_next_start(
        lans_phone, line, register):
    phone, lan = lans_phone, register.user("lan")
    line.cut()
    phone.page.evaluate("""async () => {
      const script = document.querySelector("script[type=module]").src;
      const { leave } = await import(new URL("outbox.js", script));
      const { sealAbsent } = await import(new URL("outbox.js", script));
      await leave({ ending: true });
      await sealAbsent();
    }""")
    assert str(lan.id) in phone.kept_pages()
    phone.kill()
    line.restore()
    phone.start().go("/")
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
