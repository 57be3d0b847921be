"""Sentences for each rejection code: for the author's phone, for lists, and advice.

Only this module has them. A list looks up a reason by its code, in the language of its reader;
`RejectedEntry.reason` stores the sentence sent to the phone.
"""

from dataclasses import dataclass
from typing import TypeAlias

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

Text: TypeAlias = LazyString | str


@dataclass(frozen=True)
class Rejection:
    """The sentences of one code."""

    sentence: Text  # for the author's phone: event, safety of the data, next step
    why: Text  # for a list
    advice: Text = _("Còn ở Gửi về xã thì bấm Sửa. Không còn thì ghi lại.")  # for the author
    advice_to_others: Text = _("Nhờ người ghi sửa trên máy, hoặc ghi lại.")
    advice_to_helpers: Text = _("Nhờ người ghi sửa trên máy. Không nhờ được thì bấm Sửa giúp.")


UNPROVEN = {"advice": _("Đúng là lượt của mình thì ghi lại."),
            "advice_to_others": _("Hỏi người ghi. Đúng là lượt của họ thì ghi lại."),
            "advice_to_helpers": _("Hỏi người ghi. Đúng là lượt của họ thì bấm Sửa giúp.")}

REJECTIONS = {
    "invalid": Rejection(
        _("Có chỗ ghi chưa đúng. Sửa chỗ được chỉ ra rồi gửi lại."),
        _("Có chỗ ghi chưa đúng.")),
    "malformed": Rejection(
        _("Máy gửi lên chưa đọc được. Nội dung vẫn được giữ. Báo tổ trưởng xem giúp."),
        _("Máy gửi lên chưa đọc được.")),
    "too_large": Rejection(
        _("Lượt này dài quá, xã không nhận được. Chữ đã ghi vẫn còn trên máy. "
          "Sửa cho ngắn lại rồi gửi lại."),
        _("Lượt này dài quá, xã không nhận được.")),
    "unknown_kind": Rejection(
        _("Xã chưa nhận loại việc này. Nội dung vẫn được giữ. Gửi lại sau."),
        _("Xã chưa nhận loại việc này.")),
    "unknown_household": Rejection(
        _("Không thấy nhà này trong sổ của xã. Chọn lại nhà rồi gửi lại."),
        _("Không thấy nhà này trong sổ của xã.")),
    "not_yours": Rejection(
        _("Nhà này không thuộc nơi anh chị phụ trách. Nội dung vẫn được giữ. "
          "Báo tổ trưởng xem giúp."),
        _("Nhà này không thuộc tổ của người ghi."),
        _("Báo tổ trưởng xem giúp."),
        _("Hỏi người ghi. Nhà thuộc tổ khác thì nhờ tổ đó ghi lại.")),
    "unknown_resident": Rejection(
        _("Không thấy người này trong nhà. Chọn lại người rồi gửi lại."),
        _("Không thấy người này trong nhà.")),
    "consent_missing": Rejection(
        _("Chưa hỏi bà con có đồng ý ghi tên không. Chọn câu trả lời rồi gửi lại."),
        _("Chưa hỏi bà con có đồng ý ghi tên không.")),
    "unknown_account_kind": Rejection(
        _("Không có loại tài khoản này. Chọn lại rồi gửi lại."),
        _("Không có loại tài khoản này.")),
    "unknown_obstacle": Rejection(
        _("Không có lý do này trong sổ. Chọn lại rồi gửi lại."),
        _("Không có lý do này trong sổ.")),
    "unknown_procedure": Rejection(
        _("Không có thủ tục này trong sổ. Chọn lại rồi gửi lại."),
        _("Không có thủ tục này trong sổ.")),
    "unknown_companion": Rejection(
        _("Người đi cùng không thuộc xã mình. Chọn lại rồi gửi lại."),
        _("Người đi cùng không thuộc xã mình.")),
    "id_taken": Rejection(
        _("Mã này đã có ở lượt khác. Ghi lại lượt mới."),
        _("Mã này đã có ở lượt khác.")),
    "id_reused": Rejection(
        _("Mã của lượt này đã dùng cho lượt khác. Nội dung vẫn được giữ. Ghi lại lượt mới."),
        _("Mã của lượt này đã dùng cho lượt khác.")),
    "already_accepted": Rejection(
        _("Lượt này xã đã nhận rồi, không tính lần nữa. Bản sửa được giữ lại cho tổ trưởng xem."),
        _("Xã đã nhận lượt này rồi, bản sửa đến sau."),
        _("Không cần ghi lại. Có gì khác thì báo tổ trưởng."),
        _("Không cần ghi lại. Chưa rõ thì hỏi người ghi.")),
    "unknown_visit": Rejection(
        _("Không thấy lượt đến này trong sổ của xã. Nội dung vẫn được giữ. "
          "Mở lại trang nhà rồi sửa lại."),
        _("Không thấy lượt đến cần sửa trong sổ của xã.")),
    "not_your_visit": Rejection(
        _("Lượt này người khác ghi, chỉ người đó hoặc tổ trưởng sửa được. Nội dung vẫn được giữ. "
          "Báo tổ trưởng xem giúp."),
        _("Lượt cần sửa do người khác ghi."),
        _("Báo tổ trưởng xem giúp."),
        _("Lượt cần sửa thì tổ trưởng sửa.")),
    "visit_dismissed": Rejection(
        _("Bản này tổ trưởng đã bỏ khi hai người cùng sửa. Nội dung vẫn được giữ. "
          "Mở lại trang nhà rồi sửa bản đang dùng."),
        _("Sửa trên một bản đã bỏ khi hai người cùng sửa.")),
    "other_village": Rejection(
        _("Nhà này không thuộc thôn ấp đã ghi lượt đến. Nội dung vẫn được giữ. "
          "Bỏ lượt ghi nhầm, rồi ghi lượt mới ở nhà đúng."),
        _("Nhà mới chọn ở thôn ấp khác.")),
    "waits_for_rejected": Rejection(
        _("Lượt này ghi sau một lượt xã chưa nhận. Nội dung vẫn được giữ. "
          "Báo tổ trưởng xem giúp."),
        _("Ghi sau một lượt xã chưa nhận.")),
    "lost_phone": Rejection(
        _("Máy ghi lượt này đã báo mất. Nội dung vẫn được giữ cho tổ trưởng xem. "
          "Hỏi lại người ghi."),
        _("Máy ghi lượt này đã báo mất."), **UNPROVEN),
    "sign_in_over": Rejection(
        _("Lần đăng nhập trên máy ghi lượt này đã kết thúc. Nội dung vẫn được giữ "
          "cho tổ trưởng xem. Hỏi lại người ghi."),
        _("Lần đăng nhập trên máy ghi lượt này đã kết thúc."), **UNPROVEN),
    "closed_account": Rejection(
        _("Tài khoản đã đóng quá 90 ngày. Nội dung vẫn được giữ cho tổ trưởng xem."),
        _("Tài khoản đã đóng quá 90 ngày."), **UNPROVEN),
    "internal": Rejection(
        _("Máy chủ chưa ghi được lượt này. Nội dung vẫn được giữ. Báo xã xem giúp."),
        _("Máy chủ chưa ghi được lượt này.")),
}
# No change of the entry cures these: it is sent again as it is, once the cause is gone.
SENT_AGAIN = ("internal", "malformed", "not_yours", "unknown_kind", "waits_for_rejected")
REASONS = {code: rejection.sentence for code, rejection in REJECTIONS.items()}


def sent_again() -> str:
    """Return the codes for which a phone offers to send again instead of changing, in one text."""
    return " ".join(SENT_AGAIN)
