"""The chair publishes a round; the member's phone shows it at its next contact."""

from datetime import timedelta

from teamapp import clock
from teamapp.models import Assignment, Counter, Round

NAME = "Đợt cuối tháng"


def test_published_round_reaches_the_members_phone_at_its_next_contact(
        lans_phone, laptop, line, register):
    phone, lan = lans_phone, register.user("lan")
    today = clock.today()
    laptop.goto(f"{line.url}/rounds/new")
    laptop.fill("[name=name]", NAME)
    laptop.fill("[name=starts_on]", today.isoformat())
    laptop.fill("[name=ends_on]", (today + timedelta(days=13)).isoformat())
    laptop.check('label:has-text("Ấp Cầu Ván") [name=villages]')
    laptop.check('[name=choice][value=all]', force=True)
    laptop.wait_for_selector("#proposal .figure:text-is('25 nhà')")
    laptop.click('button:text-is("Lưu dự thảo")')
    laptop.wait_for_selector(f"h1:text-is('{NAME}')")
    contact(phone, lan, register.house(1), 1)
    assert NAME not in shown(phone), "a draft is seen by members"

    laptop.click("text=Ấp Cầu Ván")
    laptop.check('label.check:has-text("Bình") input')
    laptop.check('label.check:has-text("Lan") input')
    laptop.click("button:has-text('Chia đều')")
    laptop.wait_for_selector("button:has-text('Nhà nào cũng đã giao')")
    laptop.goto(f"{line.url}/rounds")
    laptop.click(f"text={NAME}")
    laptop.click('button:text-is("Phát động đợt")')
    laptop.wait_for_selector("text=máy của họ nhận")
    made = Round.get(Round.name == NAME)
    assert made.published_at is not None
    mine = Assignment.select().where(Assignment.round == made, Assignment.member == lan).count()
    assert 0 < mine < 25

    contact(phone, lan, register.house(2), 2)
    phone.until(lambda: NAME in shown(phone), "the round does not come")
    part = phone.page.locator("section.count", has_text=NAME)
    assert part.locator('[data-left="done"]').inner_text() == str(mine)
    line.cut()
    phone.go("/")
    assert NAME in shown(phone), "it is not stored for offline use"
    phone.go("/households")
    rows = phone.page.locator("[data-search]")
    numbers = [row.get_attribute("data-search").split()[0] for row in rows.all()]
    assert len(numbers) == len(set(numbers)) == 25, "a changed row is put among all the others"
    seen = phone.page.locator(f'[data-key="{register.house(2)}"] .status').all_inner_texts()
    assert any("Vắng nhà" in text for text in seen), "the row is not the server's new one"


def contact(phone, user, house, accepted):
    """Record and send an entry: the phone receives the news."""
    phone.absent(house)
    phone.send_now()
    phone.until_accepted(accepted)
    phone.until(lambda: phone.pages_of(user)["cursor"] == Counter.cursor_of(user.commune_id),
                "the pack does not come")


def shown(phone):
    """Return the text of the day's page."""
    phone.go("/")
    return phone.text()
