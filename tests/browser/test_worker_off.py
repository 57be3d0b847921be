"""The operator removes a faulty worker from every phone and restores it; nothing is lost."""

from contextlib import suppress

from playwright.sync_api import Error

from teamapp.models import Receipt, Visit

from ..cast import PIN
from .test_old_browsers import NO_PATIENCE

SHELLS = "async () => (await caches.keys()).length"
PRESS_ONCE = """() => {
  window.isPressed ||= !document.querySelector("[data-do=update]").click();
}"""


def serve(server, worker):
    """Restart the server with WORKER=on or off."""
    server.stop()
    server.environment["WORKER"] = worker
    server.start()


def is_free(phone):
    """Return whether the worker and its storage are gone from the phone.

    A page that queries the worker meanwhile keeps the disabled one, which answers nothing.
    """
    return not (phone.ask(SHELLS) or phone.kept_pages())


def goes(phone, tab):
    """Press “Tải lại” where the browser did not reload, and return whether the worker is gone."""
    if tab.locator("html[data-update]").count():
        with suppress(Error):  # the page may already be loading
            tab.evaluate(PRESS_ONCE)
    return is_free(phone)


def test_worker_is_removed_and_restored_without_loss(
        lans_phone, server, line, register):
    phone = lans_phone
    page = phone.page
    line.cut()
    phone.absent(register.house(1))
    phone.open_sheet(register.house(2), "record")
    phone.help()
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "Đang ghi dở")
    page.evaluate("window.isStillHere = true")
    written = {entry["record"] for entry in phone.outbox()}

    serve(server, "off")
    line.restore()
    second = phone.context.new_page()
    phone.go("/", second)  # the browser checks for a new worker
    phone.until(lambda: goes(phone, second), "the worker is still there")
    assert page.evaluate("window.isStillHere"), "the page was reloaded under the hands"
    assert page.input_value("#met [name=note]") == "Đang ghi dở"
    phone.save()
    phone.send_now()
    phone.until_accepted(2)

    # without a worker: one server request per page; entries are still stored first
    asked = line.count("GET /outbox")
    phone.go("/outbox")
    assert not phone.ask(SHELLS) and not phone.kept_pages()
    assert not page.locator("html[data-packed]").count()
    phone.open_sheet(register.house(4), "record")
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "Nháp của bà Tư")
    phone.until_drafted("Nháp của bà Tư")
    assert line.count("GET /outbox") == asked + 1, "the page loads itself again and again"
    line.cut()
    page.click("section:target .back")
    page.click("#absent button")
    phone.until_saved()
    assert len(phone.unsent()) == 1

    serve(server, "on")
    line.restore()
    phone.go("/")
    phone.until(lambda: phone.ask(SHELLS), "the worker does not come back")
    phone.until_ready(register.user("lan"))
    phone.go(f"/households/{register.house(4)}")
    page.click('.action a[href="#record"]')
    page.wait_for_selector("#met [data-draft]:not([hidden])")
    phone.until_accepted(3)
    assert written < {str(visit.id) for visit in Visit.select()}
    assert Visit.select().count() == Receipt.select().count() == 3
    assert {visit.note for visit in Visit.select()} == {"", "Đang ghi dở"}


def test_phone_without_a_worker_signs_in_at_once_records_and_sends(take_phone, server, register):
    serve(server, "off")
    phone = take_phone(init_script=NO_PATIENCE)
    phone.sign_in("lan", PIN)
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
