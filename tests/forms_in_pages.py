"""What a browser without JavaScript posts of a form in a page."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode


class PageForms(HTMLParser):
    """Collects each form of a page: its action, its pairs, the errors beside its fields."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.open, self.select, self.area, self.depth = [], None, None, None, 0
        self.feed(text)

    def handle_starttag(self, tag, found):
        """Open a form, or add what a control posts; templates are inert."""
        has = dict(found)
        self.depth += tag == "template"
        if self.depth:
            return
        if tag == "form":
            self.open = Form(has.get("action", ""))
            self.forms.append(self.open)
        elif self.open and tag == "select":
            self.select = has["name"]
        elif self.open and tag == "option" and self.select:
            if "selected" in has or self.select not in self.open.names:
                self.open.put(self.select, has["value"])
        elif self.open and tag == "textarea":
            self.area = has["name"]
            self.open.pairs.append((self.area, ""))
        elif self.open and tag == "input" and has.get("name"):
            is_choice = has.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in has:
                self.open.pairs.append((has["name"], has.get("value", "")))
        elif self.open and tag == "button" and has.get("name"):
            self.open.buttons.append((has["name"], has["value"]))

    def handle_endtag(self, tag):
        """Close a form or a control."""
        self.depth -= tag == "template"
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        """Add the text of a textarea."""
        if self.area and not self.depth:
            value = self.open.pairs[-1][1] + data
            self.open.pairs[-1] = (self.area, value.removeprefix("\r\n").removeprefix("\n"))


class Form:
    """One form: what it posts, and its buttons with a name."""

    def __init__(self, action):
        self.action, self.pairs, self.buttons = action, [], []

    @property
    def names(self):
        """Return the names it posts."""
        return {name for name, _ in self.pairs}

    def value(self, name):
        """Return the one value of a name, or None."""
        return next((value for key, value in self.pairs if key == name), None)

    def put(self, name, value):
        """Set the value of a name."""
        self.pairs = [pair for pair in self.pairs if pair[0] != name] + [(name, value)]

    def post(self, browser, button=None, **changed):
        """Post it as typed and return the answer; `__` in a name stands for `-`."""
        for name, value in changed.items():
            self.put(name.replace("__", "-"), value)
        pairs = self.pairs + ([button] if button else [])
        return browser.post(self.action, data=parse_qs(urlencode(pairs), keep_blank_values=True))


def form_in(text, name):
    """Return the form of a page that posts a control of this name."""
    [found] = [form for form in PageForms(text).forms if name in form.names]
    return found
