"""A pack reports which phone asks for it: browser, version of the scripts, storage."""

from datetime import timedelta
from uuid import UUID

import pytest
from peewee import OperationalError

from teamapp import clock
from teamapp.models import Browser, Device, Session

from ..queries import counted
from ..sync.phone import DEVICE, body, entry, send

ANDROID = ("Mozilla/5.0 (Linux; Android 11; SM-A107F) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/105.0.0.0 Mobile Safari/537.36")


def pull(browser, agent=ANDROID, **reported):
    """Fetch a pack as a phone does."""
    answer = browser.get("/pack", query_string={"device": DEVICE, **reported},
                         headers={"User-Agent": agent})
    assert answer.status_code == 200


def stored():
    """Return what is stored of the only device."""
    device = Device.get()
    return device.label, device.app_version, device.is_persistent


def test_pack_stores_the_browser_and_the_phone_of_the_sign_in(cast, sign_in):
    pull(sign_in(cast.lan), app="0123456789ab", persistent="true")
    assert stored() == ("Android 11, Chrome 105", "0123456789ab", True)
    device = Device.get()
    assert (device.user, device.commune, device.village) == (cast.lan, cast.an_phu, cast.cau_van)
    assert (device.left_count, Session.get().device) == (0, UUID(DEVICE))


def test_pack_of_an_older_phone_reports_no_version(cast, sign_in):
    phone = sign_in(cast.lan)
    pull(phone, app="0123456789ab", persistent="false")
    pull(phone)
    assert stored() == ("Android 11, Chrome 105", "", None)


@pytest.mark.parametrize("wrong", [
    {"app": "x" * 12}, {"app": "0" * 17}, {"app": "\x00"}, {"persistent": "undefined"},
    {"persistent": "\x00"}])
def test_values_that_no_phone_sends_count_as_missing(cast, sign_in, wrong):
    pull(sign_in(cast.lan), **wrong)
    assert stored() == ("Android 11, Chrome 105", "", None)


@pytest.mark.parametrize("device", ["", "x", "\x00"])
def test_pack_without_a_device_stores_nothing(cast, sign_in, device):
    pull(sign_in(cast.lan), device=device)
    assert not Device.select().exists()


def test_pack_writes_what_is_news_or_an_hour_old(cast, sign_in, later):
    phone = sign_in(cast.lan)
    pull(phone, app="0123456789ab")
    with counted("UPDATE", "INSERT") as queries:
        pull(phone, app="0123456789ab")
    assert not [sql for sql in queries if sql.startswith(("UPDATE", "INSERT"))]
    later(hours=1, seconds=1)
    pull(phone, app="0123456789ab")
    assert Device.get().seen_at == clock.now()
    pull(phone, app="ba9876543210")
    assert stored()[1] == "ba9876543210"


def test_pack_and_sync_leave_each_others_values(cast, sign_in):
    phone = sign_in(cast.lan)
    send(phone, cast.lan, entry(body(cast.bre)), left={"count": 3})
    pull(phone, app="0123456789ab", persistent="true")
    send(phone, cast.lan, left={"count": 2})
    assert stored() == ("Android 11, Chrome 105", "0123456789ab", True)
    assert Device.get().left_count == 2


def test_only_ten_phones_of_a_person_are_remembered(cast, sign_in):
    phone, at = sign_in(cast.lan), clock.now() - timedelta(days=1)
    for n in range(10):
        Device.create(id=UUID(int=n), user=cast.lan, commune=cast.an_phu, seen_at=at)
    pull(phone)
    assert Device.select().count() == 10 and Device.get(Device.id == UUID(DEVICE))


def test_pack_is_sent_although_the_database_is_busy(cast, sign_in, monkeypatch, lines):
    phone = sign_in(cast.lan)

    def busy(*arguments, **more):
        raise OperationalError("busy")

    monkeypatch.setattr("teamapp.models.device.transaction", busy)
    pull(phone)
    assert not Device.select().exists()
    assert any("browser of a phone" in line for line in lines)


FROZEN = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) {}"


@pytest.mark.once
@pytest.mark.parametrize("agent, label", [
    (ANDROID, "Android 11, Chrome 105"),
    (FROZEN.format("Chrome/120.0.0.0 Mobile Safari/537.36"), "Android, Chrome 120"),
    (FROZEN.format("SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36"),
     "Android, Samsung Internet 23"),
    (FROZEN.format("Chrome/120.0.0.0 Mobile Safari/537.36 EdgA/120.0.0.0"), "Android, Edge 120"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/16.4 Mobile/15E148 Safari/604.1", "iPhone, iOS 16, Safari 16"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) CriOS/119.0 Mobile/15E148 Safari/604.1", "iPhone, iOS 15, Chrome 119"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "coc_coc_browser/117.0.178 Chrome/111.0.0.0 Safari/537.36", "Windows, Cốc Cốc 117"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
     "Linux, Firefox 120"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.1 Safari/605.1.15", "macOS, Safari 17"),
    ("curl/8.0", ""), ("", ""), ("Android " + "9" * 500 + " Chrome/" + "8" * 500,
                                 "Android 9999, Chrome 8888")])
def test_phone_is_named_by_its_browser(agent, label):
    assert Browser.of(agent, "", "").label == label
