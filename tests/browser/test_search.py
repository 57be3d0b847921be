"""A few letters find people in a long list, regardless of the query before."""

from teamapp.models import Household

from ..cast import PIN, uuid_of

GROUP = 50  # houses grouped in one list
SEEN = """() => [...document.querySelectorAll("#list [data-search]")]
  .filter((row) => row.offsetParent).map((row) => row.querySelector("b").textContent)"""


def test_each_letter_narrows_the_list_to_matching_houses(take_phone, register):
    lan = register.user("lan")
    names = [f"{'Lường' if number % 40 else 'Đinh'} Văn {number}" for number in range(101, 301)]
    with lan.commune.write() as tx:
        Household.enlist(tx, [
            dict(id=uuid_of(name), village=lan.village_id, number=number, cluster="Cụm 9",
                 head=name, people=[]) for number, name in enumerate(names, 101)])
    phone = take_phone().sign_in("lan", PIN).until_ready(lan)
    phone.go("/households")
    before = phone.page.evaluate(SEEN)
    assert len(before) == 225 > 4 * GROUP

    rare = [name for name in names if name.startswith("Đinh")]
    common = [name for name in names if name not in rare]
    for typed, found in (("dinh", rare), ("", before), ("lươ", common), ("dinh van 240", rare[3:4]),
                         ("luong", common), ("zz", [])):
        phone.page.fill("[data-filter]", typed)
        phone.page.wait_for_function(f"(count) => ({SEEN})().length === count", arg=len(found))
        assert phone.page.evaluate(SEEN) == found

    phone.page.wait_for_selector("text=Không thấy “zz”", state="visible")
    phone.page.fill("[data-filter]", "")
    phone.page.click('[data-chip="later"]')
    phone.page.wait_for_selector("text=Không có nhà nào như vậy", state="visible")
    assert phone.page.is_hidden("text=Không thấy")
