"""Why an entry could not be taken, in plain words: what happened, what is safe, what to do."""

from flask_babel import lazy_gettext as _

REASONS = {
    "invalid": _("Có chỗ ghi chưa đúng. Sửa chỗ được chỉ ra rồi gửi lại."),
    "malformed": _("Máy gửi lên chưa đọc được. Nội dung vẫn được giữ. Báo tổ trưởng xem giúp."),
    "unknown_kind": _("Xã chưa nhận loại việc này. Nội dung vẫn được giữ. Gửi lại sau."),
    "unknown_household": _("Không thấy nhà này trong sổ của xã. Chọn lại nhà rồi gửi lại."),
    "not_yours": _("Nhà này không thuộc nơi anh chị phụ trách. Nội dung vẫn được giữ. "
                   "Báo tổ trưởng xem giúp."),
    "unknown_resident": _("Không thấy người này trong nhà. Chọn lại người rồi gửi lại."),
    "consent_missing": _("Chưa hỏi bà con có đồng ý ghi tên không. Chọn câu trả lời rồi gửi lại."),
    "unknown_account_kind": _("Không có loại tài khoản này. Chọn lại rồi gửi lại."),
    "unknown_obstacle": _("Không có lý do này trong sổ. Chọn lại rồi gửi lại."),
    "unknown_procedure": _("Không có thủ tục này trong sổ. Chọn lại rồi gửi lại."),
    "unknown_companion": _("Người đi cùng không thuộc xã mình. Chọn lại rồi gửi lại."),
    "id_taken": _("Mã này đã có ở lượt khác. Ghi lại lượt mới."),
    "id_reused": _("Mã của lượt này đã dùng cho lượt khác. Nội dung vẫn được giữ. "
                   "Ghi lại lượt mới."),
    "already_accepted": _("Lượt này xã đã nhận rồi, không tính lần nữa. Bản sửa được giữ lại "
                      "cho tổ trưởng xem."),
    "waits_for_rejected": _("Lượt này ghi sau một lượt xã chưa nhận. Nội dung vẫn được giữ. "
                           "Báo tổ trưởng xem giúp."),
    "lost_phone": _("Máy ghi lượt này đã báo mất. Nội dung vẫn được giữ cho tổ trưởng xem. "
                    "Hỏi lại người ghi."),
    "closed_account": _("Tài khoản đã đóng quá 90 ngày. Nội dung vẫn được giữ cho tổ trưởng xem."),
    "internal": _("Máy chủ chưa ghi được lượt này. Nội dung vẫn được giữ. Báo xã xem giúp."),
}
