"""Lines that lose or fake answers: no visit is lost, none counted twice."""

from teamapp.models import Receipt, Visit

from ..cast import PIN
from .test_two_tabs import NO_BACKGROUND_SYNC


def test_answer_lost_after_the_commit_is_requested_again_and_counted_once(
        lans_phone, line, register):
    phone = lans_phone
    phone.absent(register.house(1))
    [entry] = phone.outbox()
    line.lose_answers("POST /sync", times=1000)  # the browser itself retries once
    phone.send_now()
    phone.until(lambda: line.lost, "no answer was lost")
    assert [str(visit.id) for visit in Visit.select()] == [entry["record"]], "it was not committed"
    phone.until(lambda: phone.outbox()[0]["state"] == "waiting", "a lost answer was believed")
    assert phone.number("waiting") == 1 and phone.number("accepted") == 0

    line.restore()
    phone.send_now()
    phone.until_accepted(1)
    assert line.count("POST /sync") > line.lost
    assert Visit.select().count() == Receipt.select().count() == 1


def test_server_killed_while_answering_has_each_visit_once(lans_phone, server, register):
    phone = lans_phone
    for number in range(1, 4):
        phone.absent(register.house(number))
    phone.send_now()
    server.kill()
    server.start()
    phone.send_now()
    phone.until_accepted(3)
    assert Visit.select().count() == Receipt.select().count() == 3


def test_captive_portal_accepts_no_entry_and_is_never_trusted(lans_phone, line, register):
    phone = lans_phone
    phone.absent(register.house(1))
    phone.absent(register.house(2))
    line.portal()
    sent, asked = line.count("POST /sync"), line.count("GET /healthz")
    phone.send_now()  # a phone that met the portal before asks for the server first
    phone.until(lambda: line.count("POST /sync") > sent or line.count("GET /healthz") > asked,
                "nothing was tried")
    phone.page.wait_for_selector("html[data-net=offline]", state="attached")
    phone.until(lambda: len(phone.unsent()) == 2, "the portal was believed")
    assert all(entry["attempts"] for entry in phone.outbox()) or line.count("POST /sync") == sent
    assert phone.number("waiting") == 2 and phone.number("accepted") == 0
    assert not phone.page.is_visible("text=Đã gửi hết")

    phone.go(f"/households/{register.house(1)}")
    assert register.head(1) in phone.text(), "the portal's page is shown instead of ours"
    assert "Accept the terms" not in " ".join(phone.everything().values()), "it was stored"
    line.restore()
    phone.send_now()
    phone.until_accepted(2)
    assert Visit.select().count() == 2


def test_slow_line_delivers_the_visits(lans_phone, line, register):
    phone = lans_phone
    for number in range(1, 6):
        phone.absent(register.house(number))
    line.shape()
    before = line.up
    phone.send_now()
    phone.until_accepted(5)
    assert Visit.select().count() == 5
    assert line.up - before < 20_000


def test_phone_with_nothing_waiting_notices_a_restored_network(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.context.set_offline(True)
    page.reload()  # its request fails
    page.wait_for_selector("text=Chưa có sóng", state="visible")
    phone.context.set_offline(False)

    def is_seen():
        page.evaluate("dispatchEvent(new Event('online'))")  # may precede the network
        return page.get_attribute("html", "data-net") == "ok"

    phone.until(is_seen, "the page still says that there is no network")
    assert page.is_hidden("text=Chưa có sóng")


def test_page_that_needs_a_network_shows_how_many_entries_wait(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.absent(register.house(1))
    phone.go("/outbox-files")
    page.wait_for_selector("text=Trang này cần có sóng", state="visible")
    page.wait_for_selector("html[data-net]", state="attached")
    assert phone.number("waiting") == 1
    assert page.is_visible("text=1 trên máy") and page.is_hidden("text=Đã gửi hết")

    phone.sign_out()
    phone.go("/no-network")
    page.wait_for_selector("html[data-net]", state="attached")
    assert page.is_hidden("text=Đã gửi hết"), "nobody is here: who knows what waits?"


def test_proxy_that_spoils_compression_is_passed_without_it(take_phone, register):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC)  # its requests are out of reach
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    spoilt = []

    def proxy(route):
        if route.request.headers.get("content-encoding"):
            spoilt.append(route.request.url)
            return route.fulfill(status=400, content_type="text/html", body="<h1>Bad Request</h1>")
        return route.continue_()

    phone.context.route("**/sync", proxy)
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    phone.absent(register.house(2))
    phone.send_now()
    phone.until_accepted(2)
    assert len(spoilt) == 1, "each batch is spoilt once more"


def test_network_that_blocks_is_named_and_everything_stays(take_phone, register):
    phone = take_phone(init_script=NO_BACKGROUND_SYNC)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    phone.context.route("**/sync", lambda route: route.fulfill(status=403, body="blocked"))
    phone.absent(register.house(1))
    phone.send_now()
    phone.page.wait_for_selector("text=Mạng này chặn", state="visible")
    assert [entry["state"] for entry in phone.outbox()] == ["waiting"]
    phone.context.unroute("**/sync")
    phone.send_now()
    phone.until_accepted(1)
    phone.page.wait_for_selector("text=Mạng này chặn", state="hidden")
