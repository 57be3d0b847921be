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
                 head=name) for number, name in enumerate(names, 101)])
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


def test_person_found_is_shown_and_the_best_come_first(lans_phone, register):
    page = lans_phone.page
    lans_phone.go("/households")
    before = page.evaluate(SEEN)
    page.fill("[data-filter]", "lua 7")
    page.wait_for_function(f"() => ({SEEN})().length === 1")
    person = page.evaluate(SEEN)[0]
    assert person.endswith("Lụa 7, 1960"), "the one person with both words"
    assert page.inner_text("#list .row:visible small").startswith(f"nhà {register.head(7)}")

    page.fill("[data-filter]", "cum 2")
    page.wait_for_function(  # the first house of the cluster
        f"(first) => ({SEEN})().length > 5 && ({SEEN})()[0] === first", arg=before[2])
    page.fill("[data-filter]", "so 7")
    page.wait_for_function(f"() => ({SEEN})().length === 1")
    assert page.evaluate(SEEN) == [register.head(7)]
    page.fill("[data-filter]", "le")
    page.wait_for_function(f"() => ({SEEN})().length > 1 && ({SEEN})()[0] === 'Lê Văn An'")

    page.fill("[data-filter]", "")
    page.wait_for_function(f"() => ({SEEN})().length === 25")
    assert page.evaluate(SEEN) == before, "the order of the walk is not restored"


def test_procedure_of_the_shortest_name_comes_first(lans_phone, register):
    page = lans_phone.page
    lans_phone.open_sheet(register.house(1), "record")
    lans_phone.unfold("Hồ sơ")
    page.click('section:target [data-add="dossier"]')
    page.fill("section:target .picker [type=search]", "khai sinh")
    first = page.locator("section:target .picker .choice:visible >> nth=0")
    assert first.inner_text() == "Đăng ký khai sinh"
    first.click()
    page.fill("section:target .picker [type=search]", "ket hon")
    page.wait_for_selector("section:target .picker label:has-text('kết hôn')", state="visible")
    assert page.is_checked("[name$=procedure][value='1.001193']")
