"""The list's filter for houses where somebody promised to come back."""

from datetime import timedelta

from teamapp import clock
from tests.sync.phone import body, entry, result


def test_only_houses_whose_last_call_promised_a_return_are_listed(cast, sign_in):
    lan = sign_in(cast.lan)
    day = (clock.today() + timedelta(days=3)).isoformat()
    for house in (cast.van, cast.hoa):
        result(lan, cast.lan, entry(body(house, outcome="later", return_on=day)))
    result(lan, cast.lan, entry(body(cast.hoa, at=clock.now())))
    page = lan.get("/households?is=later")
    assert page.status_code == 200
    assert [name in page.text for name in ("Lê Văn An", "Nguyễn Thị Hòa", "Điểu Bré")] == [
        True, False, False]
