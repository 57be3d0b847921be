"""The list's filter for households with an appointment."""

from datetime import timedelta

from teamapp import clock
from tests.sync.phone import body, entry, result


def test_filter_lists_only_households_with_an_appointment(cast, sign_in):
    lan = sign_in(cast.lan)
    day = (clock.today() + timedelta(days=3)).isoformat()
    for house in (cast.van, cast.hoa):
        result(lan, cast.lan, entry(body(house, outcome="later", return_on=day)))
    result(lan, cast.lan, entry(body(cast.hoa, at=clock.now())))
    page = lan.get("/households?is=later")
    assert page.status_code == 200
    assert [name in page.text for name in ("Lê Văn An", "Nguyễn Thị Hòa", "Điểu Bré")] == [
        True, False, False]
