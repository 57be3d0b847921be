"""The line between a phone and the server: cut, slow, lossy or a captive portal."""

import asyncio
import re
import socket
import threading
from types import SimpleNamespace

PORTAL = b"<!doctype html><title>WiFi</title><h1>Accept the terms to go online</h1>"
REQUEST = re.compile(rb"([A-Z]+ /[^ ?]*)\S* HTTP/1\.1\r\n")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Line:
    """A TCP proxy on the loopback, in a thread of its own: on `own_port`, or on any."""

    def __init__(self, port, own_port=0):
        self.upstream = port
        self.mode = "open"
        self.up = self.down = 0  # bytes
        self.requests = []  # “POST /sync”, in the order they came
        self.lost = 0  # answers that the server gave and no client received
        self._losing = {}
        self._rate = self._delay = None
        self._free = {"up": 0, "down": 0}
        self._open = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._do(self._listen(own_port))
        self.url = f"http://127.0.0.1:{self.port}"

    # --- controls for tests ---

    def cut(self):
        """Refuse new connections and close the open ones."""
        self._do(self._close())

    def restore(self):
        """Forward everything again, without faults."""
        self.mode = "open"
        self._losing, self._rate, self._delay = {}, None, None
        self._do(self._drop())
        self._do(self._listen(self.port))

    def portal(self):
        """Answer everything with 200 and a foreign page, as a captive portal does."""
        self.mode = "portal"
        self._do(self._drop())

    def lose_answers(self, request, times=1):
        """Close the connection instead of forwarding the next answers to `request`."""
        self._losing[request] = times

    def shape(self, bytes_a_second=50_000, round_trip=0.4):
        """Limit bandwidth and add latency, as on a slow village line."""
        self._rate, self._delay = bytes_a_second, round_trip / 2

    def count(self, request):
        """Return how often a request such as “POST /sync” arrived."""
        return self.requests.count(request)

    def end(self):
        """Stop the proxy for good."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # --- implementation ---

    def _do(self, deed):
        return asyncio.run_coroutine_threadsafe(deed, self._loop).result(10)

    async def _listen(self, port):
        if getattr(self, "_server", None) is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        return self._server.sockets[0].getsockname()[1]

    async def _close(self):
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._drop()

    async def _drop(self):
        for task in list(self._open):
            task.cancel()
        await asyncio.sleep(0)

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._open.add(task)
        ends = [writer]
        try:
            if self.mode == "portal":
                await self._answer_as_portal(reader, writer)
            else:
                await self._connect(reader, writer, ends)
        except (OSError, Broken, asyncio.CancelledError, asyncio.IncompleteReadError):
            for end in ends:
                end.transport.abort()
        finally:
            self._open.discard(task)
            for end in ends:
                end.close()

    async def _answer_as_portal(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        self._note(head)
        length = LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (len(PORTAL), PORTAL))
        await writer.drain()

    async def _connect(self, reader, writer, ends):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        ends.append(far_writer)
        for end in ends:
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = SimpleNamespace(asked=None)  # the last request on this connection
        pumps = [asyncio.create_task(self._pump("up", reader, far_writer, talk)),
                 asyncio.create_task(self._pump("down", far_reader, writer, talk))]
        try:
            ended, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            ended.pop().result()
        finally:
            for pump in pumps:
                pump.cancel()

    async def _pump(self, way, reader, writer, talk):
        while data := await reader.read(16384):
            if way == "up":
                self.up += len(data)
                talk.asked = self._note(data) or talk.asked
            elif self._loses(talk.asked):
                raise Broken
            else:
                self.down += len(data)
            if self._rate:
                await self._slowly(way, writer, data)
            else:
                writer.write(data)
                await writer.drain()
        await asyncio.sleep(self._delay or 0)

    def _note(self, data):
        found = REQUEST.match(data)
        if not found:
            return None
        self.requests.append(found[1].decode())
        return self.requests[-1]

    def _loses(self, request):
        if not self._losing.get(request):
            return False
        self._losing[request] -= 1
        self.lost += 1
        return True

    async def _slowly(self, way, writer, data):
        now = self._loop.time()
        self._free[way] = max(self._free[way], now) + len(data) / self._rate
        await asyncio.sleep(self._free[way] - now)
        self._loop.call_later(self._delay, writer.write, data)


class Broken(Exception):
    """The line closed the connection on purpose."""
