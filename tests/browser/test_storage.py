"""A phone whose storage is full, blocked, closed or broken reports it and loses nothing."""

from urllib.parse import quote_plus

import pytest

from teamapp.models import Receipt, Session, Visit

from ..cast import PIN
from .phone import HAS_HEARD_OF_PACK, HEAR_OF_PACK
from .test_two_tabs import NO_BACKGROUND_SYNC

NOTE = "Không được mất"
KEPT_CANNOT_BE_NOTED = """
  const write = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, ...more) {
    if (this.name === "outbox" && value.state === "accepted" && !window.healed) {
      window.couldNotNote = true;
      throw new DOMException("full", "QuotaExceededError");
    }
    return write.call(this, value, ...more);
  };
"""
CONNECTIONS_ARE_KNOWN = """
  window.connections = [];
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    if (!connections.includes(this)) connections.push(this);
    const tx = begin.apply(this, given);
    if (window.shutNext && given[1] === "readwrite" && tx.objectStoreNames.contains("outbox")) {
      window.shutNext = false;
      tx.abort();
      this.close();
      this.dispatchEvent(new Event("close"));
    }
    return tx;
  };
"""
BREAKS = """
  for (const [{ prototype }, name] of [[IDBFactory, "open"], [IDBDatabase, "transaction"]]) {
    const whole = prototype[name];
    prototype[name] = function (...given) {
      if (globalThis.broken) throw new DOMException("broken", "UnknownError");
      return whole.apply(this, given);
    };
  }
"""
NEVER_SAYS_DONE = """
  const listen = IDBTransaction.prototype.addEventListener;
  IDBTransaction.prototype.addEventListener = function (name, ...more) {
    const isWrite = this.mode === "readwrite" && this.objectStoreNames.contains("outbox");
    if (name === "complete" && isWrite && window.isSilent) return undefined;
    return listen.call(this, name, ...more);
  };
"""
NEWER_PROGRAM = """
  IDBFactory.prototype.openAsIs = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (name, version) {
    return this.openAsIs(name, name === "tungnha" && version ? version + 1 : version);
  };
"""
OLDER_APP = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.openAsIs("tungnha", 1);
  asked.onupgradeneeded = () => {
    const outbox = asked.result.createObjectStore("outbox", { keyPath: "id" });
    outbox.createIndex("user_state", ["user", "state"]);
    const drafts = asked.result.createObjectStore("typed_drafts", { keyPath: "key" });
    drafts.put({ key: "/older#met@1", body: "note=x" });
    asked.result.createObjectStore("envelopes", { keyPath: "id" }).createIndex("state", "state");
    asked.result.createObjectStore("state");
  };
  asked.onsuccess = () => { window.held = asked.result; resolve(); };
  asked.onerror = () => reject(asked.error);
})"""
DRAFTS = """() => new Promise((resolve) => {
  const asked = indexedDB.open("tungnha");
  asked.onsuccess = () => {
    const all = asked.result.transaction("typed_drafts").objectStore("typed_drafts").getAllKeys();
    all.onsuccess = () => { asked.result.close(); resolve(all.result); };
  };
})"""


class Disk:
    """The storage quota of a phone."""

    def __init__(self, phone):
        """Restart the phone: Chromium reads the quota when it first opens a storage."""
        phone.close()
        self.phone, self.origin = phone.start(), phone.line.url
        self.shell = phone.context.new_cdp_session(phone.page)

    def leave(self, room):
        """Leave `room` bytes beside those in use."""
        used = self.phone.ask("async () => (await navigator.storage.estimate()).usage")
        self._set(quotaSize=used + room)

    def fill(self):
        """Leave no space."""
        self._set(quotaSize=1)

    def clear(self):
        """Remove the limit."""
        self._set()

    def _set(self, **quota):
        self.shell.send("Storage.overrideQuotaForOrigin", {"origin": self.origin, **quota})


def write_note(phone, house):
    """Fill in the form of a house without saving it."""
    phone.open_sheet(house, "record")
    phone.help()
    phone.unfold("Ghi chú")
    phone.page.fill("#met [name=note]", NOTE)


def press_save(phone):
    """Press “Lưu vào máy”, and wait for the error message."""
    phone.page.click("section:target .action button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert not phone.page.is_visible("[data-saved]")
    assert phone.page.input_value("#met [name=note]") == NOTE


def test_full_phone_leaves_its_room_to_the_visit_until_it_is_sent(lans_phone, line, register):
    phone, lan = lans_phone, register.user("lan")
    before = phone.pages_of(lan)
    disk = Disk(phone)
    lan.set_language("en")  # every page is due again
    disk.fill()
    phone.go("/")
    phone.context.add_init_script(HEAR_OF_PACK)
    phone.page.reload()
    phone.page.wait_for_function(HAS_HEARD_OF_PACK)
    phone.go(f"/households/{register.house(1)}")

    def saves():  # the pack of this page may still take what there is
        disk.leave(60_000)
        phone.page.click("#absent button")
        phone.page.wait_for_selector(":is([data-saved], [data-save-failed]):not([hidden])")
        return phone.page.is_visible("[data-saved]")

    phone.until(saves, "the visit finds no room on the phone")
    before_it = len(line.requests)
    phone.send_now()

    def goes():  # a pack that still streams may take what there is, too
        disk.leave(60_000)
        return phone.outbox("accepted")

    phone.until(goes, "the visit finds no room to be sent")
    asked = line.requests[before_it:]
    assert "GET /pack" not in asked[:asked.index("POST /sync")], "the pack takes the visit's room"
    assert Visit.select().count() == 1
    now = phone.pages_of(lan)
    assert now["pages"].keys() == before["pages"].keys()
    assert now["cursor"] in (before["cursor"], None), "the next pack brings what this one did not"

    disk.clear()
    phone.page.reload()
    phone.until(lambda: 'lang="en"' in phone.pages_of(lan)["pages"]["/"]
                and phone.pages_of(lan)["cursor"], "the pages do not come")


def test_sign_out_with_a_full_disk_completes_and_waiting_entries_arrive(lans_phone, line, register):
    phone, lan = lans_phone, register.user("lan")
    line.cut()
    phone.absent(register.house(1))
    [entry] = phone.unsent()
    disk = Disk(phone)
    disk.fill()
    line.restore()
    phone.sign_out()
    assert [one["id"] for one in phone.outbox()] == [entry["id"]], "it could not be sealed"
    assert Session.select().where(Session.user == lan, Session.ended_at.is_null()).count() == 0
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "the pages are still there")

    # the next person sees that the phone cannot store, and sees none of her pages
    phone.page.click("text=Người khác")
    phone.page.fill("[name=username]", "binh")
    phone.page.fill("[name=secret]", PIN)
    phone.page.click("main form button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert "/arrival" in phone.page.url

    disk.clear()
    phone.page.reload()
    phone.until_ready(register.user("binh"))
    phone.until(lambda: Visit.select().count() == 1, "it never came")
    phone.until(lambda: not phone.envelopes("waiting") and not phone.outbox(), "it is still there")
    [visit] = Visit.select()
    assert (str(visit.id), visit.member_id) == (entry["record"], lan.id)


def test_answer_that_cannot_be_stored_is_requested_again(take_phone, register):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC + KEPT_CANNOT_BE_NOTED)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    phone.absent(register.house(1))
    phone.send_now()
    phone.until(lambda: Visit.select().count() == 1, "nothing came")
    phone.page.wait_for_function("() => window.couldNotNote")
    assert [entry["state"] for entry in phone.outbox()] == ["sending"]
    assert phone.number("waiting") == 1
    phone.page.evaluate(
        "window.healed = true; document.querySelector('[data-do=send-now]').click()")
    phone.until_accepted(1)
    assert Visit.select().count() == Receipt.select().count() == 1


def test_closed_database_connection_is_reported_and_reopened(take_phone, register):
    phone = take_phone(init_script=CONNECTIONS_ARE_KNOWN)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    write_note(phone, register.house(1))
    phone.page.evaluate("window.shutNext = true")
    press_save(phone)
    assert phone.outbox() == []
    phone.page.evaluate("connections.forEach((one) => one.close())")  # without an event
    phone.save()
    phone.send_now()
    phone.until_accepted(1)
    assert [visit.note for visit in Visit.select()] == [NOTE]


@pytest.mark.parametrize("more", ["", ", thêm một câu"])
def test_resubmits_current_form_when_save_failed_after_send(
        take_phone, line, register, more):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC + NEVER_SAYS_DONE)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    write_note(phone, register.house(1))
    phone.page.evaluate("window.isSilent = true")
    press_save(phone)
    phone.page.evaluate("window.isSilent = false")
    other = phone.context.new_page()
    phone.go("/outbox", other)  # the time to undo is over: the entry is sent automatically
    phone.until_accepted(1)
    other.close()

    phone.page.fill("#met [name=note]", NOTE + more)
    phone.save()
    phone.until_saved()
    accepted, *again = sorted(phone.outbox(), key=lambda entry: entry["recorded_at"])
    assert [visit.note for visit in Visit.select()] == [NOTE] and accepted["state"] == "accepted"
    assert [entry["replaces"] for entry in again] == [accepted["id"]] * bool(more)
    assert all(quote_plus(NOTE + more) in entry["body"] for entry in again)


@pytest.mark.parametrize("is_sent", [False, True], ids=["waits", "sent"])
def test_draft_of_a_visit_saved_despite_an_error_is_the_same_visit(
        take_phone, line, register, is_sent):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC + NEVER_SAYS_DONE)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    line.cut()
    write_note(phone, register.house(1))
    phone.page.evaluate("window.isSilent = true")
    press_save(phone)
    phone.page.reload()
    if is_sent:
        line.restore()
        phone.send_now()
        phone.until_accepted(1)
    phone.open_sheet(register.house(1), "record")
    phone.page.click('#met [data-do="draft-open"]')
    phone.page.wait_for_function(
        "(note) => document.querySelector('#met [name=note]')?.value === note", arg=NOTE)
    phone.save()
    if not is_sent:
        line.restore()
    phone.go("/outbox")
    phone.page.evaluate("document.querySelector('[data-do=send-now]').click()")
    phone.until(lambda: not phone.unsent(), "it is not settled")
    phone.until_accepted(1)  # a page that asks less makes it a resubmission
    assert not phone.outbox("attention")
    assert Visit.live().count() == 1
    assert phone.ask(DRAFTS) == []


FULL_FOR_DRAFTS = """
  const write = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) {
    if (this.name === "typed_drafts" && window.isFull) {
      throw new DOMException("", "QuotaExceededError");
    }
    return write.apply(this, given);
  };
"""


def test_undo_keeps_the_entry_when_its_draft_finds_no_space(take_phone, line, register):
    phone = take_phone(init_script=FULL_FOR_DRAFTS)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    line.cut()
    write_note(phone, register.house(1))
    phone.until_drafted(NOTE)
    phone.save()
    phone.page.wait_for_load_state()
    phone.page.evaluate("window.isFull = true")
    phone.page.click('[data-saved] [data-do="undo"]')
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    [entry] = phone.unsent()
    assert quote_plus(NOTE) in entry["body"]


def test_broken_storage_shows_server_pages_with_a_warning(
        take_phone, register):
    phone = take_phone(init_script=f"globalThis.broken = localStorage.broken; {BREAKS}")
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    [worker] = phone.context.service_workers
    worker.evaluate(f"() => {{ {BREAKS} globalThis.broken = true; }}")
    phone.page.evaluate("localStorage.broken = 1")
    write_note(phone, register.house(1))
    assert phone.page.locator("html[data-packed]").count() == 0
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")  # before any save
    press_save(phone)
    worker.evaluate("globalThis.broken = false")
    phone.page.evaluate("delete localStorage.broken; globalThis.broken = false")
    phone.save()
    phone.send_now()
    phone.until_accepted(1)
    assert [visit.note for visit in Visit.select()] == [NOTE]


def test_tab_holding_an_older_database_causes_no_silent_wait(take_phone, register):
    phone = take_phone(init_script=NEWER_PROGRAM)
    holding = phone.context.new_page()
    phone.go("/healthz", holding)
    holding.evaluate(OLDER_APP)
    phone.page.bring_to_front()
    phone.go("/sign-in")
    phone.page.fill("[name=username]", "lan")
    phone.page.fill("[name=secret]", PIN)
    phone.page.click("main form button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert "/arrival" in phone.page.url
    holding.evaluate("held.close()")
    phone.page.reload()
    phone.until_ready(register.user("lan"))
    assert "/older#met@1" in phone.ask(DRAFTS), "the upgrade dropped what was there"
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
