"""The line between a phone and the server: a loopback proxy that counts, slows and cuts.

Everything a browser sends goes through it, its worker's requests too, which page-level tools do
not see. Bytes are those of HTTP over the line, heads included, TLS and TCP not.
"""

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass


@dataclass
class Request:
    """One request as it went over the line."""

    method: str
    path: str
    at: float
    up: int = 0
    down: int = 0
    head: int = 0  # of `down`, how much is the answer's head


class Line:
    """A proxy in a thread of its own, for the time of a `with`.

    `rate` is in bytes a second each way, `delay` the seconds there and back; opening a connection
    costs one `delay` too, as on a real line. Where the target speaks TLS, a connection counts as
    one request, its handshake included.
    """

    def __init__(self, target, rate=None, delay=0, is_tls=False):
        self.target, self.rate, self.delay, self.is_tls = target, rate, delay, is_tls
        self.requests, self.is_cut = [], False
        self._free_at = {"up": 0, "down": 0}
        self._open = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._server.close)
        self.cut()
        self._run(self._finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def address(self):
        """Return the proxy's (host, port)."""
        return "127.0.0.1", self.port

    @property
    def url(self):
        """Return the origin a browser opens."""
        return f"http{'s' if self.is_tls else ''}://127.0.0.1:{self.port}"

    def shape(self, rate=None, delay=0):
        """Change the speed from now on."""
        self.rate, self.delay = rate, delay

    def cut(self):
        """Be without network: refuse every connection and break the open ones."""
        self.is_cut = True

        async def hang_up():
            for writer in list(self._open):
                writer.transport.abort()
        self._run(hang_up())

    def restore(self):
        """Have a network again."""
        self.is_cut = False

    def forget(self):
        """Count from here."""
        self.requests = []

    @property
    def up(self):
        """Return the bytes sent by the phone."""
        return sum(request.up for request in self.requests)

    @property
    def down(self):
        """Return the bytes sent to the phone."""
        return sum(request.down for request in self.requests)

    @property
    def bodies(self):
        """Return the bytes sent to the phone without the heads of the answers."""
        return sum(request.down - request.head for request in self.requests)

    async def _finish(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _serve(self, reader, writer):
        self._open.add(writer)
        try:
            if self.is_cut:
                return writer.transport.abort()
            await asyncio.sleep(self.delay)
            far_reader, far_writer = await asyncio.open_connection(*self.target)
            counter = (Whole if self.is_tls else Counting)(self)
            await asyncio.gather(self._pipe(reader, far_writer, counter, "up"),
                                 self._pipe(far_reader, writer, counter, "down"))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
        return None

    async def _pipe(self, reader, writer, counter, way):
        """Carry bytes one way, each piece when the line has had the time for it."""
        waiting = asyncio.Queue()

        async def deliver():
            while (piece := await waiting.get()) is not None:
                due, data = piece
                rest = due - self._loop.time()
                if rest > 0:
                    await asyncio.sleep(rest)
                writer.write(data)
                await writer.drain()
            writer.close()

        delivering = asyncio.ensure_future(deliver())
        with suppress(OSError):
            while data := await reader.read(8192 if self.rate else 65536):
                counter.count(way, data)
                waiting.put_nowait((self._due(way, len(data)), data))
        waiting.put_nowait(None)
        with suppress(OSError):
            await delivering

    def _due(self, way, size):
        """Return when so many bytes have passed; all connections share the line."""
        now = self._loop.time()
        if not self.rate:
            return now + self.delay / 2
        self._free_at[way] = max(now, self._free_at[way]) + size / self.rate
        return self._free_at[way] + self.delay / 2


class Counting:
    """Separates a connection's requests and counts their bytes."""

    def __init__(self, line):
        self.line, self.head, self.body, self.current = line, b"", 0, None

    def count(self, way, data):
        """Count a piece; upwards it may hold heads and bodies of several requests."""
        if way == "down":
            if self.current:
                if not self.current.down:  # servers send a head in one piece
                    self.current.head = data.find(b"\r\n\r\n") + 4
                self.current.down += len(data)
            return
        while data:
            data = self._take_body(data) if self.body else self._take_head(data)

    def _take_body(self, data):
        taken = min(self.body, len(data))
        self.body -= taken
        self.current.up += taken
        return data[taken:]

    def _take_head(self, data):
        known = len(self.head)
        head, end, _ = (self.head + data).partition(b"\r\n\r\n")
        if not end:
            self.head += data
            return b""
        self.head = b""
        first, *fields = head.decode("latin-1").split("\r\n")
        method, path, *_ = first.split(" ")
        sizes = [int(field.partition(":")[2]) for field in fields
                 if field.lower().startswith("content-length:")]
        self.body = sizes[0] if sizes else 0
        self.current = Request(method, path, time.monotonic(), len(head) + 4)
        self.line.requests.append(self.current)
        return data[len(head) + 4 - known:]


class Whole:
    """Counts a connection's bytes as one request: TLS hides the requests in it."""

    def __init__(self, line):
        self.request = Request("TLS", "", time.monotonic())
        line.requests.append(self.request)

    def count(self, way, data):
        """Count a piece."""
        setattr(self.request, way, getattr(self.request, way) + len(data))
