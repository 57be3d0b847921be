"""The browser of a phone as the phone reports it, and the name the phone is shown by."""

import re
from dataclasses import dataclass
from typing import Self

VERSION = re.compile(r"[0-9a-f]{1,16}")

SYSTEMS = (  # the first match wins; since 110 Chrome claims Android 10 on a model K for all phones
    (r"Android [\d.]+; K\)", "Android"), (r"Android (\d+)", "Android {}"),
    (r"iPhone OS (\d+)", "iPhone, iOS {}"), (r"iPad; CPU OS (\d+)", "iPad, iOS {}"),
    ("Android", "Android"), ("Windows NT", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"))
BROWSERS = (  # each claims to be those below it too
    (r"Zalo", "Zalo"), (r"FBA[NV]", "Facebook"), (r"SamsungBrowser/(\d+)", "Samsung Internet {}"),
    (r"coc_coc_browser/(\d+)", "Cốc Cốc {}"), (r"OPR/(\d+)", "Opera {}"),
    (r"Edg(?:A|iOS)?/(\d+)", "Edge {}"), (r"MiuiBrowser/(\d+)", "Mi Browser {}"),
    (r"(?:Firefox|FxiOS)/(\d+)", "Firefox {}"), (r"(?:Chrome|CriOS)/(\d+)", "Chrome {}"),
    (r"Version/(\d+).*Safari/", "Safari {}"))


@dataclass(frozen=True)
class Browser:
    """The browser of a phone, as a pack's request describes it; each value may be missing."""

    label: str  # "Android 11, Chrome 120"
    app_version: str  # of the scripts it runs
    is_persistent: bool | None  # whether it promised not to delete the outbox

    @classmethod
    def of(cls, user_agent: str, app_version: str, persistent: str) -> Self:
        """Return what the values of a request say; an invalid one counts as missing."""
        return cls(label_of(user_agent),
                   app_version if VERSION.fullmatch(app_version) else "",
                   {"true": True, "false": False}.get(persistent))


def label_of(user_agent: str) -> str:
    """Return “Android 11, Chrome 120”; what is not recognised is left out."""
    found = (_first_match(known, user_agent) for known in (SYSTEMS, BROWSERS))
    return ", ".join(filter(None, found))


def _first_match(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    for pattern, name in known:
        if match := re.search(pattern, user_agent, re.ASCII):
            return name.format(*(version[:4] for version in match.groups()))
    return ""
