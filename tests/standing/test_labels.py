"""Every field of every page has a visible label, which stays while a person types."""

from html.parser import HTMLParser
from json import loads

import pytest

from .test_access_matrix import (  # noqa: F401
    MATRIX,
    ROLES,
    ask,
    path_of,
    person,
    things,
)

HIDDEN = {"unseen", "skip"}  # classes that only screen readers see
WITHOUT = {"hidden", "submit", "button"}  # types of inputs that need none


class Fields(HTMLParser):
    """Collects fields, and which of them have a visible label; also those in <template>."""

    def __init__(self, html):
        super().__init__()
        self.fields, self.named, self.label = [], set(), None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "label":
            is_seen = "hidden" not in given and not HIDDEN & set((given.get("class") or "").split())
            self.label = {"for": given.get("for"), "text": "", "around": [], "is_seen": is_seen}
        elif "hidden" not in given and (tag in ("select", "textarea") or (
                tag == "input" and given.get("type") not in WITHOUT)):
            self.fields.append((given.get("id"), self.get_starttag_text()))
            if self.label:
                self.label["around"].append(self.fields[-1])

    def handle_data(self, data):
        if self.label:
            self.label["text"] += data.strip()

    def handle_endtag(self, tag):
        if tag == "label" and self.label:
            if self.label["is_seen"] and self.label["text"]:
                self.named |= {self.label["for"], *self.label["around"]}
            self.label = None

    @property
    def unlabelled(self):
        """The fields without a visible label."""
        return [text for id, text in self.fields
                if (id, text) not in self.named and (id is None or id not in self.named)]


def test_every_field_of_every_page_has_a_visible_label(things, ask):  # noqa: F811
    wrong, seen = set(), 0
    for route, row in MATRIX.items():
        method, rule = route.split()
        for role in ROLES:
            if method == "GET" and row[role] == 200 and not role.startswith("strange"):
                answer = ask(role, method, path_of(rule, things(role, rule)))
                fields = Fields(answer.text if answer.mimetype == "text/html" else packed(answer))
                seen += len(fields.fields)
                wrong |= {f"{role}: {route}: {field}" for field in fields.unlabelled}
    assert not wrong, "\n".join(sorted(wrong))
    assert seen > 100


def packed(answer):
    """Return the pages of a pack as one text, and nothing of any other response."""
    if answer.mimetype != "application/x-ndjson":
        return ""
    return "".join(line.get("html", "") for line in map(loads, answer.text.splitlines()))


@pytest.mark.parametrize(("html", "is_labelled"), [
    ('<label for="a">Tên</label><input id="a">', True),
    ('<label><input type="checkbox"> Tổ</label>', True), ('<input type="hidden" name="a">', True),
    ('<input placeholder="Tên" aria-label="Tên">', False), ("<textarea></textarea>", False),
    ('<label for="a" class="unseen">Tên</label><input id="a">', False),
    ('<label for="a"></label><input id="a">', False), ("<select></select>", False),
    ('<label for="b">Tên</label><input id="a">', False)])
def test_field_without_a_visible_label_is_detected(html, is_labelled):
    assert bool(Fields(html).unlabelled) is not is_labelled
