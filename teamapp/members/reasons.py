"""Why something was not taken and what to do about it, for whoever looks at it later.

What its author's phone heard at once stands in `teamapp/sync/reasons.py`, code by code the same.
"""

from flask_babel import lazy_gettext as _

WHY = {
    "invalid": _("Có chỗ ghi chưa đúng."),
    "malformed": _("Máy gửi lên chưa đọc được."),
    "unknown_kind": _("Xã chưa nhận loại việc này."),
    "unknown_household": _("Không thấy nhà này trong sổ của xã."),
    "not_yours": _("Nhà này không thuộc tổ của người ghi."),
    "unknown_resident": _("Không thấy người này trong nhà."),
    "consent_missing": _("Chưa hỏi bà con có đồng ý ghi tên không."),
    "unknown_account_kind": _("Không có loại tài khoản này."),
    "unknown_obstacle": _("Không có lý do này trong sổ."),
    "unknown_procedure": _("Không có thủ tục này trong sổ."),
    "unknown_companion": _("Người đi cùng không thuộc xã mình."),
    "id_taken": _("Mã này đã có ở lượt khác."),
    "id_reused": _("Mã của lượt này đã dùng cho lượt khác."),
    "already_accepted": _("Xã đã nhận lượt này rồi, bản sửa đến sau."),
    "waits_for_rejected": _("Ghi sau một lượt xã chưa nhận."),
    "lost_phone": _("Máy ghi lượt này đã báo mất."),
    "closed_account": _("Tài khoản đã đóng quá 90 ngày."),
    "internal": _("Máy chủ chưa ghi được lượt này."),
}
AGAIN = (_("Còn ở Gửi về xã thì bấm Sửa. Không còn thì ghi lại."),
         _("Nhờ người ghi sửa trên máy, hoặc ghi lại."))
ADVICE = {  # what its author does, what somebody else; for all others AGAIN
    ("not_yours",): (_("Báo tổ trưởng xem giúp."),
                     _("Hỏi người ghi. Nhà thuộc tổ khác thì nhờ tổ đó ghi lại.")),
    ("lost_phone", "closed_account"): (
        _("Đúng là lượt của mình thì ghi lại."),
        _("Hỏi người ghi. Đúng là lượt của họ thì ghi lại.")),
    ("already_accepted",): (_("Không cần ghi lại. Có gì khác thì báo tổ trưởng."),
                        _("Không cần ghi lại. Chưa rõ thì hỏi người ghi.")),
}


def advice(code, is_own):
    """Return what to do about something that was not taken, for its author or somebody else."""
    own, others = next((said for codes, said in ADVICE.items() if code in codes), AGAIN)
    return own if is_own else others
