"""The phone shows “Đã lưu trên máy” only when it is true, and offers undo for ten seconds."""

import pytest

from teamapp.models import Visit
from teamapp.web import SECURITY_HEADERS

from ..cast import PIN
from .phone import WRITTEN

DISK_IS_FULL = """
  const write = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...given) {
    if (this.name === "outbox" && !window.healed) {
      throw new DOMException("full", "QuotaExceededError");
    }
    return write.apply(this, given);
  };
"""
WRITE_IS_UNDONE = """
  const write = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...given) {
    const request = write.apply(this, given);
    if (this.name === "outbox" && !window.healed) {
      request.addEventListener("success", () => this.transaction.abort());
      this.transaction.commit = () => {}; // it would be too late then
    }
    return request;
  };
"""
DATABASE_IS_SHUT = """
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
    if (mode === "readwrite" && [stores].flat().includes("outbox") && !window.healed) {
      throw new DOMException("shut", "UnknownError");
    }
    return begin.call(this, stores, mode, ...more);
  };
"""


@pytest.mark.parametrize("fault", [DISK_IS_FULL, WRITE_IS_UNDONE, DATABASE_IS_SHUT],
                         ids=["full", "undone", "shut"])
def test_failed_write_is_never_reported_as_saved(take_phone, register, fault):
    phone = take_phone(init_script=fault).sign_in("lan", PIN).until_ready(register.user("lan"))
    page = phone.page
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "Không được mất")
    said = page.evaluate_handle("""() => {
      const toast = document.querySelector("[data-saved]");
      const said = { saved: !toast.hidden };
      new MutationObserver(() => { said.saved ||= !toast.hidden; }).observe(
        toast, { attributes: true });
      return said;
    }""")
    page.click("section:target .action button")
    page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert said.evaluate("(said) => said.saved") is False
    assert phone.outbox() == []
    assert page.input_value("#met [name=note]") == "Không được mất"
    assert page.is_checked('[name="people-0-steps-0-state"][value="helped"]')

    page.evaluate("window.healed = true")
    phone.save()
    assert len(phone.outbox()) == 1
    assert not page.is_visible("[data-save-failed]")


@pytest.mark.parametrize("size", [(740, 360), (320, 640)], ids=["lying", "large letters"])
def test_low_window_shows_whether_the_entry_is_saved(take_phone, register, size):
    phone = take_phone(init_script=DISK_IS_FULL).sign_in("lan", PIN)
    phone.until_ready(register.user("lan"))
    page, (width, height) = phone.page, size
    page.set_viewport_size({"width": width, "height": height})
    if height > width:
        page.context.new_cdp_session(page).send(
            "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 32}})
    phone.open_sheet(register.house(1), "record")
    phone.help()
    page.click("section:target .action button")
    page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert is_in_sight(page, "[data-save-failed]")

    page.evaluate("window.healed = true")
    phone.save()
    for seen in ("[data-saved]", '[data-do="undo"]'):
        assert is_in_sight(page, seen), f"{seen} is not seen"


def is_in_sight(page, selector):
    """Return whether the whole element is within the window."""
    box, window = page.locator(selector).bounding_box(), page.viewport_size
    return box and box["y"] >= 0 and box["y"] + box["height"] <= window["height"]


def test_phone_without_space_reports_it_and_keeps_the_filled_form(lans_phone, line, register):
    phone = lans_phone
    phone.close()
    phone.start()  # Chromium reads the quota when it first opens an origin's storage
    shell = phone.context.new_cdp_session(phone.page)
    shell.send("Storage.overrideQuotaForOrigin", {"origin": line.url, "quotaSize": 1})
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.page.click("section:target .action button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert not phone.page.is_visible("[data-saved]")
    assert phone.page.is_checked('[name="people-0-steps-0-state"][value="helped"]')
    assert phone.outbox() == []


def test_undo_within_ten_seconds_leaves_nothing(lans_phone, line, register):
    phone = lans_phone
    page = phone.page
    phone.met(register.house(1))
    assert len(phone.outbox()) == 1
    asked = line.count("POST /sync")
    page.click('[data-saved] [data-do="undo"]')
    phone.until(lambda: phone.outbox() == [], "it is still there")
    page.wait_for_selector("[data-saved]", state="hidden")
    page.wait_for_selector("text=Đã gửi hết", state="visible")
    assert page.locator("[data-echoed]").count() == 0

    phone.absent(register.house(2))
    phone.send_now()
    phone.until_accepted(1)
    assert line.count("POST /sync") > asked
    [visit] = Visit.select()
    assert visit.household_id == register.house(2)


SAVED_WHILE_TYPING = """() => new Promise((resolve) => {
  window.requestAnimationFrame = () => 0; // a slow screen
  const note = document.querySelector("#met [name=note]");
  note.value = "Xong";
  note.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => {
    document.querySelector("section:target .action button").click();
    resolve();
  }, 420); // before the draft is due
})"""


def test_saving_right_after_typing_leaves_no_draft(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    phone.open_sheet(register.house(2), "record")
    phone.help()
    phone.unfold("Ghi chú")
    phone.page.evaluate(SAVED_WHILE_TYPING)
    phone.until_saved()
    phone.page.wait_for_function("() => !document.querySelector('form[data-dirty]')")
    assert phone.ask(WRITTEN, {"store": "typed_drafts", "states": []}) == []
    phone.open_sheet(register.house(2), "record")
    assert phone.page.locator("#met [data-draft]:not([hidden])").count() == 0
    assert len(phone.outbox()) == 1


def test_saved_entry_is_sent_automatically_after_ten_seconds(lans_phone, register):
    phone = lans_phone
    phone.absent(register.house(1))
    assert Visit.select().count() == 0
    phone.until_accepted(1)
    assert Visit.select().count() == 1
    phone.page.wait_for_selector("text=Đã gửi hết", state="visible")


def test_kept_pages_have_the_security_headers_of_the_server(lans_phone, register, server):
    server.stop()
    for path in ("/", "/households", f"/households/{register.house(1)}", "/outbox"):
        answer = lans_phone.go(path)
        assert answer.from_service_worker
        told = {name: answer.headers.get(name.lower()) for name in SECURITY_HEADERS}
        assert told == SECURITY_HEADERS, path


def test_kept_pages_contain_no_token_and_no_session_data(lans_phone, register):
    phone = lans_phone
    kept = phone.pages_of(register.user("lan"))["pages"]
    assert {"/", "/households", "/outbox", "/visits/parts", "/no-network",
            f"/households/{register.house(25)}"} <= set(kept)
    cookies = {cookie["value"] for cookie in phone.context.cookies()}
    assert cookies
    for url, html in kept.items():
        assert "csrf" not in html.lower(), url
        assert not [value for value in cookies if value in html], url
    stored = phone.everything()
    secrets = {cookie["value"] for cookie in phone.context.cookies()
               if cookie["name"] != "person"}  # a sign-in's id opens nothing; proofs name it, too
    assert not [place for place, text in stored.items()
                if any(value in text for value in secrets)]


def test_saved_entry_is_not_undone_beside_new_input_in_its_form(
        lans_phone, line, register):
    phone = lans_phone
    line.cut()
    phone.met(register.house(2))
    phone.open_sheet(register.house(2), "record")
    undo = phone.page.locator("[data-do=undo]")
    assert not undo.evaluate("(button) => button.hidden")
    phone.unfold("Ghi chú")
    phone.page.fill("#met [name=note]", "Hẹn chiều")
    undo.evaluate("(button) => button.hidden || button.click()")
    phone.until_drafted("Hẹn chiều")
    assert len(phone.unsent()) == 1


def test_double_tap_records_nobody_at_home_once(lans_phone, line, register):
    phone = lans_phone
    page = phone.page
    line.cut()
    phone.absent(register.house(1))
    page.click("#absent button")
    phone.until(lambda: phone.number("waiting") == 1, "the form is not ready again")
    page.click("#absent button")
    assert len(phone.unsent()) == 1 and page.is_visible("[data-saved]")

    page.click('[data-saved] [data-do="undo"]')
    phone.until(lambda: phone.outbox() == [], "it is still there, or there was a second")
    page.click("#absent button")
    phone.until_saved()
    assert len(phone.unsent()) == 1, "what was taken back may be said again"


TIME_STANDS_STILL = """
  const at = Number(sessionStorage.at ??= Date.now());
  Date.now = () => at;
"""


def test_sent_entry_offers_no_undo(lans_phone, line, register):
    phone = lans_phone
    page = phone.page
    undo = page.locator('[data-saved] [data-do="undo"]')
    phone.context.add_init_script(TIME_STANDS_STILL)
    line.lose_answers("POST /sync")
    phone.absent(register.house(1))
    assert undo.is_visible()
    phone.go("/outbox")
    undo.wait_for(state="visible")
    page.click('[data-do="send-now"]')
    undo.wait_for(state="hidden")
    assert page.is_visible("[data-saved]"), "the ten seconds are over"
    assert line.lost == 1


def test_back_after_saving_shows_no_empty_form(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.met(register.house(1))
    page.wait_for_selector("#record", state="hidden")
    page.evaluate("history.back()")
    page.wait_for_url(f"{line.url}/households/{register.house(1)}", wait_until="commit")
    assert page.is_hidden("#record") and page.is_visible("#absent")
    page.evaluate("setTimeout(() => history.back())")  # it ends the page that evaluates this
    page.wait_for_url(f"{line.url}/", wait_until="commit")
    assert len(phone.unsent()) == 1


def test_note_with_an_id_number_is_refused_until_it_is_changed(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "CCCD 0990 0000 0001")
    page.click("section:target .action button")
    assert page.evaluate("document.querySelector('#met [name=note]').validationMessage")
    assert page.is_visible("#record") and phone.unsent() == []
    page.fill("#met [name=note]", "gọi 0300000001 15 giờ")
    phone.save()
