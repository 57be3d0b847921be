"""A leader settles what waits, from the day page, in three taps."""

from teamapp.models import Change

from ..cast import PIN
from .test_accessibility import enter, long_names, rejected, to_review  # noqa: F401


def test_leader_chooses_a_version_in_three_taps(to_review, enter):  # noqa: F811
    page = enter("tu", PIN)
    assert page.text_content("main .banner p") == "Có 7 việc cần xem."
    page.click("main .banner a")
    page.click("text=Bản sửa chờ 2")
    page.click("text=Dùng bản này >> nth=1")
    page.wait_for_selector("text=Bản sửa chờ 1")
    assert page.locator("[data-review]").count() == 1
    assert {change.state for change in Change.select().where(Change.flag != "changed_late")} \
        == {"effective", "dismissed"}
