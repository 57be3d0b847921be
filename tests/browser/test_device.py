"""What the server knows of a phone that only fetched its pages."""

from teamapp.models import Device, Session
from teamapp.static_files import static_version


def test_phone_reports_its_browser_and_the_version_of_its_scripts(lans_phone, register):
    phone = lans_phone
    phone.until(lambda: Device.select().where(Device.user == register.user("lan")).exists(),
                "the phone reported nothing")
    device = Device.get(Device.user == register.user("lan"))
    assert "Chrome" in device.label and device.app_version == static_version()
    assert device.is_persistent in (True, False)
    assert Session.get(Session.user == register.user("lan")).device == device.id
