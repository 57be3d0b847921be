"""Sign-out asks first, and the page after it says what is true."""

SIGN_OUT = '[data-do="sign-out"]'
LEAVES = f"summary:has(~ {SIGN_OUT})"


def test_sign_out_lies_behind_the_person_and_names_what_waits(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.absent(register.house(1))
    phone.go("/outbox")
    assert not page.locator(SIGN_OUT).count()
    page.click(".top a[href='/me']")
    page.wait_for_selector(LEAVES)
    assert page.is_hidden(SIGN_OUT)
    page.click(LEAVES)
    page.wait_for_selector("text=Không có sóng thì chưa vào lại được", state="visible")
    page.wait_for_selector("text=1 lượt còn trên máy", state="visible")
    assert page.is_visible(SIGN_OUT)


def test_page_after_sign_out_says_what_the_phone_still_holds(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.absent(register.house(1))
    phone.sign_out()
    page.wait_for_selector("text=Có sóng mới đăng nhập được", state="visible")
    page.wait_for_selector("text=Máy còn giữ 1 lượt chưa gửi", state="visible")
    assert page.is_hidden("text=vẫn mở được") and page.is_hidden("text=Về Hôm nay")
    assert page.is_hidden("text=Đã gửi hết")

    line.restore()
    phone.go("/sign-in")
    page.wait_for_selector("text=Máy còn giữ 1 lượt chưa gửi", state="visible")
