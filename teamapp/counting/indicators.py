"""The registry of indicators: writing, reading and reconciliation take their codes from here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    `fact` is the table it is counted from; `by` the dimension whose value follows the code after a
    colon, as in `helped:VNEID_2_KH`. A distinct indicator counts each household or person once per
    period; the others are additive.
    """

    code: str
    name: str
    name_en: str
    unit: str
    definition: str
    fact: str  # visit, step, dossier
    by: str = ""
    is_distinct: bool = False

    def key(self, value: str = "") -> str:
        """Return the key in the tallies: the code, with the value of its dimension if any."""
        return f"{self.code}:{value}" if self.by else self.code

    def counts(self, key: str) -> bool:
        """Return True for a key of this indicator in the tallies."""
        return key.startswith(f"{self.code}:") if self.by else key == self.code


VISITS = Indicator(
    "visits", "Lượt đến hộ", "Visits", "lượt",
    "Mỗi lần đến một hộ là một lượt, dù gặp được hay không.", "visit")
HOUSEHOLDS = Indicator(
    "houses", "Số hộ tiếp cận được", "Households reached", "hộ",
    "Số hộ khác nhau đã gặp được ít nhất một lần trong kỳ.", "visit", is_distinct=True)
PEOPLE = Indicator(
    "people", "Số người được hướng dẫn", "People guided", "người",
    "Số người khác nhau được giúp hoặc nộp hồ sơ có ghi tên trong kỳ.", "step", is_distinct=True)
HELPED = Indicator(
    "helped", "Việc làm xong trong ngày", "Steps helped with", "người",
    "Mỗi người tính một lần cho mỗi loại tài khoản: lần xã nhận được trước tiên. "
    "Người không ghi tên tính theo từng lượt.", "step", by="account kind")
MODES = Indicator(
    "mode", "Cách làm", "Assist mode", "người",
    "Việc làm xong, theo cách làm: bà con tự làm, cùng làm, làm giúp.", "step", by="assist mode")
OBSTACLES = Indicator(
    "obstacle", "Khó khăn, vướng mắc", "Obstacles", "lượt",
    "Mỗi việc chưa làm được có ghi lý do là một lượt của lý do đó.", "step", by="obstacle")
DOSSIERS = Indicator(
    "dossiers", "Hồ sơ", "Dossiers", "hồ sơ",
    "Hồ sơ được hỗ trợ nộp, có tên hay không.", "dossier")
CHANNELS = Indicator(
    "channel", "Nơi nộp hồ sơ", "Filing channel", "hồ sơ",
    "Hồ sơ được hỗ trợ nộp, theo nơi nộp.", "dossier", by="channel")

INDICATORS = (VISITS, HOUSEHOLDS, PEOPLE, HELPED, MODES, OBSTACLES, DOSSIERS, CHANNELS)
