"""A faulty line: a seeded generator draws a fault for each request, and counts it."""

import asyncio
import random
import re
from collections import Counter
from contextlib import suppress

from ..browser.line import LENGTH, PORTAL, Broken, Line

SHARES = {"dropped": .20, "answer lost": .20, "request cut": .015, "answer cut": .015,
          "portal": .02, "repeated": .02, "stalled": .02, "reordered": .03, "busy": .01}
STALL_S = 6  # longer than any phone of the swarm waits
WHO = re.compile(rb"device=([\w-]+)")
PORTALS = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (
        len(PORTAL), PORTAL),
    b"HTTP/1.1 302 Found\r\nLocation: http://wifi.invalid/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}',
]
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
GATEWAY = (b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n"
           b"<h1>Bad Gateway</h1>")


class BadLine(Line):
    """Forwards whole requests and answers, or injects a fault; each phone has its own generator."""

    def __init__(self, port, seed, shares=SHARES):
        self.seed, self.shares = seed, shares
        self.fired, self._dice = Counter(), {}
        self._deeds = {"dropped": self._drop_request, "answer lost": self._lose_answer,
                       "request cut": self._cut_request, "answer cut": self._cut_answer,
                       "portal": self._be_portal, "repeated": self._repeat,
                       "stalled": self._stall, "reordered": self._deliver_later,
                       "busy": self._be_busy, "well": self._pass_on}
        super().__init__(port)

    async def _connect(self, reader, writer, ends):
        while request := await message(reader):
            deed = self._throw(request)
            self.fired[deed] += 1
            await self._deeds[deed](request, writer)
            await writer.drain()

    def _throw(self, request):
        who = WHO.search(request)[1].decode()
        dice = self._dice.setdefault(who, random.Random(f"{self.seed} {who}"))
        [deed] = dice.choices([*self.shares, "well"],
                              [*self.shares.values(), 1 - sum(self.shares.values())])
        return deed

    async def _ask(self, request):
        """Return the server's answer, or None when it is down or dies."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            try:
                writer.write(request)
                return await message(reader)
            finally:
                writer.close()
        except (OSError, asyncio.IncompleteReadError):
            return None

    async def _heard(self, request):
        """Return the server's answer; without one a gateway error or nothing."""
        answer = await self._ask(request)
        if answer is None:
            self.fired["server away"] += 1
            if self.fired["server away"] % 2:
                raise Broken
        return answer or GATEWAY

    async def _pass_on(self, request, writer):
        writer.write(await self._heard(request))

    async def _drop_request(self, request, writer):
        raise Broken

    async def _lose_answer(self, request, writer):
        await self._heard(request)
        raise Broken

    async def _cut_request(self, request, writer):
        with suppress(OSError):
            _, far = await asyncio.open_connection("127.0.0.1", self.upstream)
            far.write(request[:-len(request) // 4])
            await far.drain()
            far.close()
        raise Broken

    async def _cut_answer(self, request, writer):
        answer = await self._heard(request)
        writer.write(answer[:-len(answer) // 4])
        await writer.drain()
        raise Broken

    async def _be_portal(self, request, writer):
        writer.write(PORTALS[self.fired["portal"] % len(PORTALS)])

    async def _repeat(self, request, writer):
        answers = await asyncio.gather(self._heard(request), self._heard(request))
        writer.write(answers[self.fired["repeated"] % 2])

    async def _stall(self, request, writer):
        await self._heard(request)
        await asyncio.sleep(STALL_S)
        raise Broken

    async def _deliver_later(self, request, writer):
        """Close the connection, and deliver the request after the phone's next one."""
        task = asyncio.create_task(self._late(request))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        raise Broken

    async def _late(self, request):
        await asyncio.sleep(.3 + len(request) % 10 / 10)
        await self._ask(request)

    async def _be_busy(self, request, writer):
        writer.write(BUSY)


async def message(reader):
    """Return one whole request or answer, or None when the connection ends between two."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise
        return None
    length = LENGTH.search(head)
    return head + await reader.readexactly(int(length[1]) if length else 0)
