"""A phone whose storage fails: full, blocked, shut or broken. It says so, and loses nothing."""

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
OLDER_BOOK = """() => new Promise((resolve, reject) => {
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
    """The room a phone has left for the book."""

    def __init__(self, phone):
        """Switch the phone off and on: Chromium looks at the room when it first opens a storage."""
        phone.close()
        self.phone, self.origin = phone.start(), phone.line.url
        self.shell = phone.context.new_cdp_session(phone.page)

    def leave(self, room):
        """Leave so many bytes beside what is there."""
        used = self.phone.ask("async () => (await navigator.storage.estimate()).usage")
        self._set(quotaSize=used + room)

    def fill(self):
        """Leave nothing at all."""
        self._set(quotaSize=1)

    def clear(self):
        """Make room again."""
        self._set()

    def _set(self, **quota):
        self.shell.send("Storage.overrideQuotaForOrigin", {"origin": self.origin, **quota})


def write_note(phone, house):
    """Fill in the form of a house, and do not save it."""
    phone.open_sheet(house, "record")
    phone.help()
    phone.unfold("Ghi chú")
    phone.page.fill("#met [name=note]", NOTE)


def press_save(phone):
    """Press “Lưu vào máy”, and wait until the phone says that it cannot."""
    phone.page.click("section:target .action button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert not phone.page.is_visible("[data-saved]")
    assert phone.page.input_value("#met [name=note]") == NOTE


def test_a_pack_that_finds_no_room_leaves_the_old_pages_and_the_outbox_alone(
        lans_phone, line, book):
    phone, lan = lans_phone, book.user("lan")
    before = phone.pages_of(lan)
    disk = Disk(phone)
    lan.read_in("en")  # every page comes anew
    disk.fill()
    phone.go("/")
    asked = line.count("GET /pack")
    phone.context.add_init_script(HEAR_OF_PACK)
    phone.page.reload()
    phone.until(lambda: line.count("GET /pack") > asked, "the pack is not asked for")
    phone.page.wait_for_function(HAS_HEARD_OF_PACK)
    now = phone.pages_of(lan)
    assert now["cursor"] is None or now["cursor"] == before["cursor"]
    assert now["pages"].keys() == before["pages"].keys()
    disk.leave(60_000)
    phone.absent(book.house(1))
    phone.send_now()
    phone.until_kept(1)
    assert Visit.select().count() == 1

    disk.clear()
    phone.page.reload()
    phone.until(lambda: 'lang="en"' in phone.pages_of(lan)["pages"]["/"]
                and phone.pages_of(lan)["cursor"], "the pages do not come")


def test_who_signs_out_with_a_full_disk_is_gone_and_what_waited_arrives(lans_phone, line, book):
    phone, lan = lans_phone, book.user("lan")
    line.cut()
    phone.absent(book.house(1))
    [entry] = phone.unsent()
    disk = Disk(phone)
    disk.fill()
    line.mend()
    phone.sign_out()
    assert [one["id"] for one in phone.outbox()] == [entry["id"]], "it could not be sealed"
    assert Session.select().where(Session.user == lan, Session.ended_at.is_null()).count() == 0
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "the pages are still there")

    # the next person hears that the phone can keep nothing, and does not see hers
    phone.page.fill("[name=username]", "binh")
    phone.page.fill("[name=secret]", PIN)
    phone.page.click("main form button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert "/arrival" in phone.page.url

    disk.clear()
    phone.page.reload()
    phone.until_ready(book.user("binh"))
    phone.until(lambda: Visit.select().count() == 1, "it never came")
    phone.until(lambda: not phone.envelopes("waiting") and not phone.outbox(), "it is still there")
    [visit] = Visit.select()
    assert (str(visit.id), visit.member_id) == (entry["record"], lan.id)


def test_an_answer_that_cannot_be_noted_is_asked_for_again(take_phone, book):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC + KEPT_CANNOT_BE_NOTED)
    phone.sign_in("lan", PIN).until_ready(book.user("lan"))
    phone.absent(book.house(1))
    phone.send_now()
    phone.until(lambda: Visit.select().count() == 1, "nothing came")
    phone.page.wait_for_function("() => window.couldNotNote")
    assert [entry["state"] for entry in phone.outbox()] == ["sending"]
    assert phone.number("waiting") == 1
    phone.page.evaluate(
        "window.healed = true; document.querySelector('[data-do=send-now]').click()")
    phone.until_kept(1)
    assert Visit.select().count() == Receipt.select().count() == 1


def test_a_connection_shut_in_the_middle_is_told_and_opened_again(take_phone, book):
    phone = take_phone(init_script=CONNECTIONS_ARE_KNOWN)
    phone.sign_in("lan", PIN).until_ready(book.user("lan"))
    write_note(phone, book.house(1))
    phone.page.evaluate("window.shutNext = true")
    press_save(phone)
    assert phone.outbox() == []
    phone.page.evaluate("connections.forEach((one) => one.close())")  # and nobody is told
    phone.save()
    phone.send_now()
    phone.until_kept(1)
    assert [visit.note for visit in Visit.select()] == [NOTE]


@pytest.mark.parametrize("more", ["", ", thêm một câu"])
def test_what_was_sent_although_the_phone_said_not_saved_is_saved_again_as_it_is_now(
        take_phone, line, book, more):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC + NEVER_SAYS_DONE)
    phone.sign_in("lan", PIN).until_ready(book.user("lan"))
    write_note(phone, book.house(1))
    phone.page.evaluate("window.isSilent = true")
    press_save(phone)
    phone.page.evaluate("window.isSilent = false")
    other = phone.context.new_page()
    phone.go("/outbox", other)  # the time to undo is over: it goes by itself
    phone.until_kept(1)
    other.close()

    phone.page.fill("#met [name=note]", NOTE + more)
    phone.save()
    phone.until_saved()
    kept, *again = sorted(phone.outbox(), key=lambda entry: entry["recorded_at"])
    assert [visit.note for visit in Visit.select()] == [NOTE] and kept["state"] == "accepted"
    assert [entry["replaces"] for entry in again] == [kept["id"]] * bool(more)
    assert all(quote_plus(NOTE + more) in entry["body"] for entry in again)


@pytest.mark.parametrize("is_sent", [False, True], ids=["waits", "sent"])
def test_a_draft_of_what_was_saved_although_the_phone_said_not_is_the_same_visit(
        take_phone, line, book, is_sent):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC + NEVER_SAYS_DONE)
    phone.sign_in("lan", PIN).until_ready(book.user("lan"))
    line.cut()
    write_note(phone, book.house(1))
    phone.page.evaluate("window.isSilent = true")
    press_save(phone)
    phone.page.reload()
    if is_sent:
        line.mend()
        phone.send_now()
        phone.until_kept(1)
    phone.open_sheet(book.house(1), "record")
    phone.page.click('#met [data-do="draft-open"]')
    phone.page.wait_for_function(
        "(note) => document.querySelector('#met [name=note]')?.value === note", arg=NOTE)
    phone.save()
    if not is_sent:
        line.mend()
    phone.go("/outbox")
    phone.page.evaluate("document.querySelector('[data-do=send-now]').click()")
    phone.until(lambda: not phone.unsent(), "it is not settled")
    phone.until_kept(1)  # the new page may ask less: then it says something else, and is to mend
    assert len(phone.outbox("attention")) <= is_sent
    assert Visit.select().count() == 1
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


def test_what_finds_no_room_as_a_draft_is_not_taken_back(take_phone, line, book):
    phone = take_phone(init_script=FULL_FOR_DRAFTS)
    phone.sign_in("lan", PIN).until_ready(book.user("lan"))
    line.cut()
    write_note(phone, book.house(1))
    phone.until_drafted(NOTE)
    phone.save()
    phone.page.wait_for_load_state()
    phone.page.evaluate("window.isFull = true")
    phone.page.click('[data-saved] [data-do="undo"]')
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    [entry] = phone.unsent()
    assert quote_plus(NOTE) in entry["body"]


def test_where_storage_is_broken_pages_come_from_the_server_and_say_so(
        take_phone, book):
    phone = take_phone(init_script=f"globalThis.broken = localStorage.broken; {BREAKS}")
    phone.sign_in("lan", PIN).until_ready(book.user("lan"))
    [worker] = phone.context.service_workers
    worker.evaluate(f"() => {{ {BREAKS} globalThis.broken = true; }}")
    phone.page.evaluate("localStorage.broken = 1")
    write_note(phone, book.house(1))
    assert phone.page.locator("html[data-packed]").count() == 0
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")  # before anybody saves
    press_save(phone)
    worker.evaluate("globalThis.broken = false")
    phone.page.evaluate("delete localStorage.broken; globalThis.broken = false")
    phone.save()
    phone.send_now()
    phone.until_kept(1)
    assert [visit.note for visit in Visit.select()] == [NOTE]


def test_a_tab_that_holds_an_older_database_makes_nobody_wait_without_a_word(take_phone, book):
    phone = take_phone(init_script=NEWER_PROGRAM)
    holding = phone.context.new_page()
    phone.go("/healthz", holding)
    holding.evaluate(OLDER_BOOK)
    phone.page.bring_to_front()
    phone.go("/sign-in")
    phone.page.fill("[name=username]", "lan")
    phone.page.fill("[name=secret]", PIN)
    phone.page.click("main form button")
    phone.page.wait_for_selector("[data-save-failed]:not([hidden])")
    assert "/arrival" in phone.page.url
    holding.evaluate("held.close()")
    phone.page.reload()
    phone.until_ready(book.user("lan"))
    assert "/older#met@1" in phone.ask(DRAFTS), "the upgrade dropped what was there"
    phone.absent(book.house(1))
    phone.send_now()
    phone.until_kept(1)
