"""The pack: all pages of a person's field work that changed since a cursor, drawn at once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, g

from .. import clock
from ..languages import language
from ..models import (
    Assignment,
    Counter,
    Household,
    Receipt,
    RejectedEntry,
    Round,
    RoundVillage,
    VillageStay,
    Visit,
)
from ..web import SECURITY_HEADERS
from . import pages
from .edition import edition

REMEMBERED = timedelta(days=30)  # how long a phone remembers what it sent
MANY = 100  # changed houses, one of which will be among a person's own
HEADERS = {**SECURITY_HEADERS, "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Known:
    """What a phone says it has; `since` is None when it has nothing."""

    since: int
    epoch: str
    scope: str

    @classmethod
    def of(cls, asked):
        """Return what a query string says; what is not understood is as good as nothing."""
        since = asked.get("since", "")
        return cls(int(since) if since.isdecimal() and len(since) < 18 else None,
                   asked.get("epoch", ""), asked.get("scope", ""))


class Pack:
    """One answer: its header and its lines, drawn from one state of the database."""

    def __init__(self, user, known, epoch):
        self.user, self.epoch, self.cursor = user, epoch, Counter.cursor_of(user.commune_id)
        self.ground, self.team, self.rejected = ground(user), team_mark(user), rejected_mark(user)
        had_ground, had_team, had_rejected = (known.scope.split(".") + ["", ""])[:3]
        self.reset = (known.since is None or known.since > self.cursor
                      or known.epoch != self.epoch or had_ground != self.ground)
        self.since = 0 if self.reset else known.since
        self.has_new_team = self.reset or had_team != self.team
        self.has_new_rejected = self.reset or had_rejected != self.rejected

    def body(self):
        """Return the whole pack as NDJSON."""
        lines = [self.header(), *self.lines()]
        return "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n"
                       for line in lines)

    def header(self):
        """Return the first line; the headers of kept pages come with everything else."""
        head = {"epoch": self.epoch, "cursor": self.cursor,
                "scope": f"{self.ground}.{self.team}.{self.rejected}",
                "reset": self.reset, "user": self.user.id,
                "generated_at": clock.local(clock.now()).isoformat()}
        return {**head, "headers": HEADERS} if self.reset else head

    def lines(self):
        """Return the lines of what changed."""
        draw = Drawing(self.user)
        lines = draw.blank(pages.nobodys_page()) if self.reset else []
        if not self.user.is_field:
            return lines
        if self.has_new_rejected:
            lines += draw.blank(pages.blank_pages(self.user))
        if self.reset:
            lines += draw.list(pages.list_page())
        if self.has_new_team:
            lines += draw.blank(pages.parts_page(self.user))
        if self.since == self.cursor and not self.has_new_rejected:
            return lines  # nobody in the commune has written since
        found, gone = pages.house_pages(self._changed()), self._gone()
        if self.has_new_rejected or gone or self._round_changed() or self._touches_day(found):
            lines += draw.pages(pages.day_page(self.user))
        houses = draw.houses(found)
        return lines + houses + gone + self._settled()

    def _changed(self):
        return (Household.visible_to(self.user).where(Household.cursor > self.since)
                .order_by(*Household.in_walking_order()))

    def _gone(self):
        """Return the lines of houses that left the village."""
        if self.reset:
            return []
        left = (VillageStay.select(VillageStay.household).join(Household)
                .where(VillageStay.village == self.user.village_id,
                       VillageStay.until_cursor > self.since,
                       Household.village != self.user.village_id).distinct().tuples())
        return [{"url": f"/households/{household}", "gone": True} for household, in left]

    def _round_changed(self):
        return (Round.visible_to(self.user).join(RoundVillage)
                .where(Round.cursor > self.since, RoundVillage.village == self.user.village_id)
                .exists())

    def _touches_day(self, found):
        """Tell whether one of the houses could stand in the day page of this person."""
        ids = [context["house"].id for _, context in found.values()]
        if len(ids) > MANY:
            return True
        given = Assignment.select(Assignment.id).where(
            Assignment.member == self.user.id, Assignment.household.in_(ids))
        visited = Visit.select(Visit.id).where(
            Visit.household.in_(ids), Visit.member == self.user.id)
        return bool(ids) and (given.exists() or visited.exists())

    def _settled(self):
        """Return the lines of this person's entries that the commune has by now."""
        rows = Receipt.select(Receipt.id, Receipt.number).where(Receipt.user == self.user.id)
        if self.reset:
            rows = rows.where(Receipt.status == "settled",
                              Receipt.received_at > clock.now() - REMEMBERED)
        else:
            rows = rows.where(Receipt.status.in_(("accepted", "settled")),
                              Receipt.cursor > self.since)
        return [{"entry": str(id), "status": "accepted", "receipt": number}
                for id, number in rows.tuples()]


class Drawing:
    """Draws pages with the templates of the online ones, for one person."""

    def __init__(self, user):
        self.environment = current_app.jinja_env
        context = {"current_user": user, "is_kept": False}
        current_app.update_template_context(context)
        self.context = {**self.environment.globals, **context}

    def draw(self, name, context):
        """Return a page's HTML; the globals are not gathered anew for each of 1,500 pages."""
        template = self.environment.get_template(name)
        known = template.new_context({**self.context, **context}, shared=True)
        return "".join(template.root_render_func(known))

    def pages(self, found, **more):
        """Return the lines of pages."""
        return [{"url": url, "html": self.draw(*drawn), **more} for url, drawn in found.items()]

    def blank(self, found):
        """Return the lines of pages that hold no resident and stay when the others are dropped."""
        g.pop("drawn", None)  # a frame drawn for nobody is not a person's
        lines = self.pages(found, blank=True)
        g.pop("drawn", None)
        return lines

    def list(self, found):
        """Return the line of the list that the phone fills with rows."""
        return self.pages(found, rows={"open": '<ul class="group">', "close": "</ul>",
                                       "every": pages.EVERY})

    def houses(self, found):
        """Return the lines of houses, each with its row of the list."""
        row = self.environment.get_template(pages.ROWS).module.row
        return [{"url": url, "html": self.draw(template, context),
                 "row": {"order": context["house"].order, "html": row(context["house"], True)}}
                for url, (template, context) in found.items()]


def ground(user):
    """Return what everything drawn for a person rests on: if it changes, all is sent anew."""
    return digest(edition(), user.id, user.name, user.role, user.village_id, user.village_label,
                  clock.today().year, language())


def team_mark(user):
    """Return what the blank forms rest on besides: who is in the team."""
    return digest(pages.team(user)) if user.is_field else ""


def rejected_mark(user):
    """Return what the outbox page and the day page tell of this person's rejected work."""
    return str(RejectedEntry.open_count(user)) if user.is_field else ""


def digest(*facts):
    """Return a short hash of facts."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
