"""The fate of each line of a list of people: new, known, doubtful, refused or skipped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from .. import text
from ..cells import person_name, phone
from ..models import User, Village
from ..models.village_names import Villages
from .forms import role_name
from .list_forms import LineForm
from .words import Languages, role_of


@dataclass
class Line:
    """One line of the list as it was understood."""

    number: int
    form: LineForm
    name: str = ""
    phone: str = ""
    role: str = ""
    village: Village | None = None
    languages: list[str] = field(default_factory=list)
    fate: str = "new"
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the line keeps the list from being saved."""
        return self.fate in ("refused", "doubtful")

    @property
    def key(self) -> str:
        return text.fold(self.name)

    @property
    def village_id(self) -> int | None:
        return self.village.id if self.village else None


class Judge:
    """Reads the lines of a list in order and decides the fate of each; writes nothing."""

    def __init__(self, by: User, villages: Iterable[Village]) -> None:
        self.by, self.villages, self.languages = by, Villages(villages), Languages()
        self.places = {village.id: village.label for village in Village.labelled(by)}
        self.people: dict[str, list[User | Line]] = {}
        for person in User.visible_to(by):
            self._remember(text.fold(person.name), person)

    def _remember(self, key: str, person: "User | Line") -> None:
        for index in filter(None, (key, person.phone)):
            self.people.setdefault(index, []).append(person)

    def lines(self, forms: Iterable[LineForm]) -> list[Line]:
        """Return the lines with their fates."""
        return [self._line(number, form) for number, form in enumerate(forms, 1)]

    def _line(self, number: int, form: LineForm) -> Line:
        line = Line(number, form)
        is_read = self._read(line)
        if form.decision.data == "skip":
            form.clear_errors()
            line.fate = "skipped"
        elif not is_read:
            line.fate = "refused"
        else:
            line.fate, line.reason = self._match(line)
            if form.decision.data == "add":
                line.fate = "new"
            if line.fate == "new":
                self._remember(line.key, line)
        return line

    def _read(self, line: Line) -> bool:
        """Read the cells; note an error beside each that is not understood."""
        form = line.form
        form.clear_errors()
        for name, read in (("name", self._name), ("village", self._village), ("role", self._role),
                           ("phone", self._phone), ("languages", self._languages)):
            try:
                read(line, getattr(form, name).data or "")
            except ValueError as error:
                said = str(error)
                getattr(form, name).errors = [said[:1].upper() + said[1:]]
        return not form.has_errors

    def _name(self, line: Line, typed: str) -> None:
        if not typed:
            raise ValueError(_("Ghi họ và tên."))
        line.name, _year = person_name(typed)

    def _village(self, line: Line, typed: str) -> None:
        line.village = self.villages.find(typed) if typed else None
        if role_of(line.form.role.data or "") in User.COMMUNE:
            line.village = None
        elif line.village is None:
            raise ValueError(_("Không thấy nơi này. Chọn thôn, ấp.") if typed
                             else _("Chọn thôn, ấp của người này."))
        line.form.village.data = Villages.key(line.village) if line.village else ""

    def _role(self, line: Line, typed: str) -> None:
        line.role = role_of(typed)
        if not line.role:
            raise ValueError(_("Không hiểu vai trò này. Chọn một vai trò."))
        line.form.role.data = line.role
        if line.role not in self.by.roles_to_give:
            raise ValueError(_("Vai trò này chỉ chủ tịch mới giao được."))

    def _phone(self, line: Line, typed: str) -> None:
        line.phone = phone(typed)

    def _languages(self, line: Line, typed: str) -> None:
        line.languages, unknown = self.languages.read(typed)
        if unknown:
            raise ValueError(_("Danh mục không có tiếng này."))

    def _match(self, line: Line) -> tuple[str, str]:
        """Return the fate beside the people known and the lines before, and its reason."""
        found = [(self._likeness(line, person), person)
                 for person in (*self.people.get(line.key, ()), *self.people.get(line.phone, ()))]
        for fate in ("known", "doubtful"):
            for likeness, person in found:
                if likeness == fate:
                    return fate, self._called(line, person)
        return "new", ""

    def _likeness(self, line: Line, person: "User | Line") -> str:
        """Return whether a person is the line's, may be, or is not ("")."""
        is_namesake = text.is_same_name(line.name, person.name)
        is_near = person.village_id == line.village_id
        if line.phone and line.phone == person.phone:
            return "known" if is_namesake else "doubtful"
        if not (is_namesake and is_near):
            return ""
        if not (line.phone and person.phone):
            return "known"
        return "" if isinstance(person, Line) else "doubtful"

    def _called(self, line: Line, person: "User | Line") -> Any:
        if isinstance(person, Line):
            if not text.is_same_name(line.name, person.name):
                return _("Cùng số điện thoại với dòng %(number)s: %(name)s", number=person.number,
                         name=person.name)
            return _("Giống dòng %(number)s: %(name)s", number=person.number, name=person.name)
        place = self.places.get(person.village_id, _("Cấp xã"))
        said = f"{person.name} ({person.username}), {role_name(person.role)}, {place}"
        return said if person.active else f"{said}, {_('Đã đóng')}"
