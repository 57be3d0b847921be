"""Headers of a village head's list: the field that each names."""

import re
import unicodedata

from ..cells import header_key

HEADERS = {
    "order": "stt|tt|so tt|so thu tu|stt ho|so stt|thu tu",
    "number": "so ho|ho so|ma ho|so ho gia dinh|ho thu|stt ho gia dinh|so ch|so phieu|phieu so"
              "|ma so ho",
    "house": "so nha|nha so|dia chi nha",
    "village": "thon|ap|ban|buon|lang|bon|soc|khom|khu pho|thon xom|xom thon|thon ap|ap thon"
               "|thon ban|ban thon|thon buon|thon to|thon to dan pho|thon khu pho|ten thon|ten ap"
               "|ten ban|ten buon|dia chi thon|dia chi ap|thuoc thon|thuoc ap|noi o thon",
    "cluster": "cum|to|cum to|to cum|cum dan cu|to dan cu|to tu quan|to doan ket|nhom|khu|cum so"
               "|to so|to nhan dan tu quan|to nhan dan|doi|lien gia|to lien gia|xom|khu dan cu"
               "|nhom ho|ngo|chom",
    "head": "chu ho|ho ten chu ho|ho va ten chu ho|ten chu ho|ho gia dinh|ho ong ba|dai dien ho",
    "head_start": "ho dem chu ho|ho va ten dem chu ho|ho va dem chu ho|ho lot chu ho",
    "name": "ho va ten|ho ten|ten|ho ten thanh vien|ho va ten thanh vien|thanh vien"
            "|ho ten nhan khau|ho va ten nhan khau|ten nhan khau|thanh vien trong ho"
            "|ho va ten cong dan|nhan khau|ten thanh vien",
    "name_start": "ho dem|ho va dem|ho va ten dem|ho ten dem|ho lot|ho va ten lot|ho chu dem"
                  "|ho va chu dem|ho va chu lot|ho ten lot",
    "name_middle": "dem|chu dem|ten dem|ten lot|chu lot|lot",
    "relation": "quan he|quan he voi chu ho|qh voi chu ho|quan he chu ho|qh|moi quan he"
                "|moi quan he voi chu ho|quan he trong ho",
    "birth": "nam sinh|ngay sinh|ngay thang nam sinh|sinh nam|sinh ngay|ns|nam sinh chu ho"
             "|ngay thang nam sinh cua chu ho|ngay sinh chu ho",
    "age": "tuoi|so tuoi",
    "sex": "gioi tinh|gt|phai|nam nu|gioi",
    "male": "nam",
    "female": "nu",
    "phone": "dien thoai|so dien thoai|sdt|so dt|dt|di dong|so di dong|dtdd|so dtdd"
             "|dien thoai lien he|sdt chu ho|so dien thoai chu ho|dien thoai chu ho"
             "|zalo|sdt zalo|phone",
    "poverty": "ho ngheo|dien ho|loai ho|hoan canh|ho ngheo can ngheo|ngheo|dien|doi tuong"
               "|phan loai ho|ho ngheo ho can ngheo|xep loai ho|phan loai|dien ho ngheo",
    "near_poor": "can ngheo|ho can ngheo",
    "elderly_alone": "neo don|gia neo don|nguoi gia neo don|nguoi gia o mot minh|ho neo don"
                     "|nguoi cao tuoi neo don|nguoi cao tuoi song mot minh",
    "no_smartphone": "khong co dien thoai thong minh|khong co smartphone|khong co may thong minh",
    "landmark": "dac diem|dac diem nha|moc|moc nhan biet|vi tri|vi tri nha|dac diem nhan biet"
                "|chi dan duong",
    "language": "tieng noi|ngon ngu|tieng|ngon ngu can ho tro|tieng can ho tro|tieng dan toc",
    "note": "ghi chu|chu thich|luu y",
}
OTHER_WORDS = (  # for headers of no list above; the first that is found in one decides
    ("relation", r"\bquan he\b|\bqh\b.*chu ho"),
    ("phone", r"\b(sdt|dtdd|dien thoai|so dt|di dong|zalo)\b(?!.*thong minh)"),
    ("birth", r"^(nam|ngay)( thang)?( nam)? sinh\b"),
    ("head", r"^(ho|ten|ho va|ho ten|ho va ten|ho chu dem va).*\bchu ho\b(?!.*thanh vien)"),
    ("name", r"^ho\b.*\bten\b|^ten\b.*\b(thanh vien|nhan khau|nguoi|cong dan)\b"),
    ("sex", r"^gioi tinh\b"),
    ("poverty", r"^(phan loai|xep loai|dien|loai)\b.*\b(ho|ngheo)\b|^ho ngheo\b"),
)

NEVER_KEPT = re.compile(
    r"\b(cccd|cmnd|cmt|cmtnd|can cuoc|chung minh|dinh danh|ho chieu|giay to tuy than|dan toc"
    r"|ton giao|tai khoan|so tk|stk|ngan hang|the bhyt|so bhyt|ma bhyt|ma bhxh|so bhxh"
    r"|ma so bao hiem|mat khau|otp|benh|suc khoe|khuyet tat|toa do|gps|vi do|kinh do|ma so thue)\b"
)

_FIELD = {header: field for field, headers in HEADERS.items() for header in headers.split("|")}


def field_of(label: str) -> str | None:
    """Return the field that a header names, or None."""
    key = header_key(label)
    if key == "ho":  # “Họ”, or “Hộ”; without marks the columns beside it tell
        return "number" if "ộ" in unicodedata.normalize("NFC", label).lower() else "name_start"
    return _FIELD.get(key) or next(
        (field for field, words in OTHER_WORDS
         if re.search(words, key) and not NEVER_KEPT.search(key)), None)
