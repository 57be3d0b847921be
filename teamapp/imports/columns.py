"""The columns of a village head's list, known by their headers in any order and case."""

import re

from ..cells import header_key

HEADERS = {
    "order": "stt|tt|so tt|so thu tu|stt ho|so stt",
    "number": "so ho|ho so|ma ho|so ho gia dinh|ho thu|stt ho gia dinh",
    "house": "so nha|nha so|dia chi nha",
    "cluster": "cum|to|cum to|to cum|cum dan cu|to dan cu|to tu quan|to doan ket|nhom|khu|cum so"
               "|to so|to nhan dan tu quan|to nhan dan",
    "head": "chu ho|ho ten chu ho|ho va ten chu ho|ten chu ho|ho gia dinh|ho ong ba",
    "name": "ho va ten|ho ten|ten|ho ten thanh vien|ho va ten thanh vien|thanh vien"
            "|ho ten nhan khau|ho va ten nhan khau|ten nhan khau|thanh vien trong ho"
            "|ho va ten cong dan",
    "relation": "quan he|quan he voi chu ho|qh voi chu ho|quan he chu ho|qh|moi quan he"
                "|moi quan he voi chu ho|quan he trong ho",
    "birth": "nam sinh|ngay sinh|ngay thang nam sinh|sinh nam|sinh ngay|ns|nam sinh chu ho"
             "|ngay thang nam sinh cua chu ho|ngay sinh chu ho",
    "sex": "gioi tinh|gt|phai|nam nu|gioi",
    "male": "nam",
    "female": "nu",
    "phone": "dien thoai|so dien thoai|sdt|so dt|dt|di dong|so di dong|dtdd|so dtdd"
             "|dien thoai lien he|sdt chu ho|so dien thoai chu ho|dien thoai chu ho"
             "|zalo|sdt zalo|phone",
    "poverty": "ho ngheo|dien ho|loai ho|hoan canh|ho ngheo can ngheo|ngheo|dien|doi tuong"
               "|phan loai ho|ho ngheo ho can ngheo|xep loai ho",
    "near_poor": "can ngheo|ho can ngheo",
    "elderly_alone": "neo don|gia neo don|nguoi gia neo don|nguoi gia o mot minh|ho neo don"
                     "|nguoi cao tuoi neo don|nguoi cao tuoi song mot minh",
    "no_smartphone": "khong co dien thoai thong minh|khong co smartphone|khong co may thong minh",
    "landmark": "dac diem|dac diem nha|moc|moc nhan biet|vi tri|vi tri nha|dac diem nhan biet"
                "|chi dan duong",
    "language": "tieng noi|ngon ngu|tieng|ngon ngu can ho tro|tieng can ho tro|tieng dan toc",
    "note": "ghi chu|chu thich|luu y",
}

NEVER_KEPT = re.compile(
    r"\b(cccd|cmnd|cmt|cmtnd|can cuoc|chung minh|dinh danh|ho chieu|giay to tuy than|dan toc"
    r"|ton giao|tai khoan|so tk|stk|ngan hang|the bhyt|so bhyt|ma bhyt|ma bhxh|so bhxh"
    r"|ma so bao hiem|mat khau|otp|benh|suc khoe|khuyet tat|toa do|gps|vi do|kinh do|ma so thue)\b"
)

_FIELD = {header: field for field, headers in HEADERS.items() for header in headers.split("|")}


class Columns:
    """The place of each field in a row, the first row of data, and the columns left out."""

    def __init__(self, first: int, labels: list[str]) -> None:
        self.first_row = first  # index of the first row under the header
        self.labels = labels
        self.places: dict[str, int] = {}
        self.never_kept: list[str] = []
        self.unknown: list[str] = []
        for place, label in enumerate(labels):
            self._take(place, label)
        self._settle_male_and_female()

    def _take(self, place: int, label: str) -> None:
        key = header_key(label)
        field = _FIELD.get(key)
        if not key:
            return
        if field and field not in self.places:
            self.places[field] = place
        elif NEVER_KEPT.search(key):
            self.never_kept.append(label)
        else:
            self.unknown.append(label)

    def _settle_male_and_female(self) -> None:
        """Read “Nam” without a “Nữ” beside it as short for the year of birth."""
        if "male" in self.places and "female" not in self.places:
            place = self.places.pop("male")
            self.places.setdefault("birth", place)

    def label(self, field: str) -> str:
        """Return the header of a field's column as typed."""
        return self.labels[self.places[field]]

    def cells(self, row: list[str]) -> dict[str, str]:
        """Return the row's filled cells by field."""
        filled = ((field, row[place]) for field, place in self.places.items() if place < len(row))
        return {field: value for field, value in filled if value}


def find_columns(rows: list[list[str]]) -> Columns | None:
    """Return the columns of the first header among the top 30 rows, or None.

    A header may stand over two rows (“Năm sinh” over “Nam” and “Nữ”).
    """
    for index, row in enumerate(rows[:30]):
        known = {_FIELD[key] for key in map(header_key, row) if key in _FIELD}
        if len(known) >= 2 and known & {"head", "name"}:
            return _with_second_row(rows, index)
    return None


def _with_second_row(rows: list[list[str]], index: int) -> Columns:
    labels, below = list(rows[index]), rows[index + 1] if index + 1 < len(rows) else []
    labels += [""] * (len(below) - len(labels))
    new = {place: cell for place, cell in enumerate(below) if cell and cell != labels[place]}
    second = {place: cell for place, cell in new.items() if header_key(cell) in _FIELD}
    if not any(below) or second != new:
        return Columns(index + 1, labels)
    for place, cell in second.items():
        labels[place] = cell
    return Columns(index + 2, labels)
