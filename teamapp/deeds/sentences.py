"""The record of deeds in sentences."""

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ..models import Deed

GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {  # of the filter: its name, its kinds
    "people": (_("Nhân sự"), ("user_created", "user_changed", "user_moved", "role_changed",
                              "user_deactivated", "user_reactivated")),
    "access": (_("Thẻ và đăng nhập"), ("card_issued", "card_used", "secret_changed",
                                       "sign_in_ended")),
    "phones": (_("Máy"), ("phone_lost", "loss_decided", "device_cleared")),
    "places": (_("Xã, thôn, ấp"), ("commune_created", "village_created", "village_changed",
                                   "village_closed", "village_reopened")),
    "data": (_("Dữ liệu"), ("data_exported",)),
}
SENTENCES = {
    "commune_created": _("Tạo xã"),
    "village_created": _("Thêm %(village)s"),
    "village_changed": _("Sửa %(village)s"),
    "village_closed": _("Ngừng dùng %(village)s"),
    "village_reopened": _("Dùng lại %(village)s"),
    "user_created": _("Thêm %(user)s"),
    "user_changed": _("Sửa thông tin của %(user)s"),
    "user_moved": _("Chuyển %(user)s sang %(village)s"),
    "role_changed": _("Đổi vai trò của %(user)s"),
    "user_deactivated": _("Đóng tài khoản của %(user)s"),
    "user_reactivated": _("Mở lại tài khoản của %(user)s"),
    "card_issued": _("Cấp thẻ đăng nhập cho %(user)s"),
    "card_used": _("Dùng thẻ đăng nhập của %(user)s"),
    "secret_changed": _("Đổi mã PIN hoặc mật khẩu của %(user)s"),
    "sign_in_ended": _("Đăng xuất một máy của %(user)s từ xa"),
    "phone_lost": _("Báo mất máy của %(user)s"),
    "loss_decided": _("Quyết định về máy mất của %(user)s"),
    "device_cleared": _("Thôi chờ một máy của %(user)s"),
    "data_exported": _("Xuất toàn bộ dữ liệu của xã"),
}
WORDS = {  # codes that stand in notes
    "member": _("thành viên"), "leader": _("tổ trưởng"), "officer": _("cán bộ tổng hợp"),
    "chair": _("chủ tịch"), "name": _("tên"), "phone": _("số điện thoại"), "days": _("ngày rảnh"),
    "minutes": _("số phút"), "languages": _("tiếng nói được"), "position": _("thứ tự"),
    "code": _("mã"), "unit_type": _("loại"), "signal": _("sóng"),
    "list_complete": _("danh sách đủ"),
    "declared_14plus": _("số người từ 14 tuổi"), "declared_on": _("ngày khai báo"),
    "declared_source": _("nguồn"), "good": _("tốt"), "fair": _("tạm được"), "weak": _("yếu"),
    "notified": _("đã thông báo"), "no_notice": _("không phải thông báo"),
    "found": _("đã tìm thấy"),
}


def sentence(deed: Deed, names: dict[int, str], places: dict[int, str]) -> str:
    """Return what was done; people and villages by {id: name}."""
    return str(SENTENCES[deed.kind]) % {
        "user": names.get(deed.user_id, ""),
        "village": places.get(deed.village_id) or gettext("các thôn, ấp")}


def note(deed: Deed) -> str:
    """Return the note of a deed with words in the place of codes."""
    return re.sub(r"[a-z_0-9]+", lambda code: str(WORDS.get(code[0], code[0])), deed.note)
