"""Firefox and WebKitGTK, driven by their own protocols: Marionette and WebDriver."""

import json
import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from urllib.request import Request, urlopen

from . import waiting
from .server import free_port


class Engine:
    """A browser that opens addresses and runs scripts."""

    def __init__(self, command, **more):
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True,
                                        stderr=subprocess.DEVNULL, **more)

    def until(self, expression, complaint):
        """Wait until an expression holds on the page; it may navigate meanwhile."""

        def holds():
            with suppress(Failure):
                return self.run(f"return Boolean({expression});")
            return False

        waiting.until(holds, complaint)

    def end(self):
        """Kill the browser and its driver."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


class Failure(Exception):
    """The browser could not do it."""


class Firefox(Engine):
    """Firefox by Marionette: JSON over TCP, each message behind its length."""

    program = "firefox-esr"

    def __init__(self, folder):
        port = free_port()
        folder.mkdir()
        (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        super().__init__([self.program, "--headless", "--marionette", "--no-remote",
                          "--profile", str(folder)], env=os.environ | {"HOME": str(folder)})
        waiting.until(lambda: self.connected(port), "Firefox does not start")
        self.read()
        self.ask("WebDriver:NewSession", {})

    def connected(self, port):
        """Return whether the port answers."""
        with suppress(OSError):
            self.socket = socket.create_connection(("127.0.0.1", port), 60)
            return True
        return False

    def go(self, url):
        """Open an address."""
        self.ask("WebDriver:Navigate", {"url": url})

    def run(self, script):
        """Return what a function body returns on the page."""
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def ask(self, command, parameters):
        """Send a command and return its result."""
        message = json.dumps([0, 1, command, parameters])
        self.socket.sendall(f"{len(message.encode())}:{message}".encode())
        _, _, error, result = self.read()
        if error:
            raise Failure(error)
        return result

    def read(self):
        """Return the next message."""
        length = b""
        while not length.endswith(b":"):
            length += self.socket.recv(1)
        message = b""
        while len(message) < int(length[:-1]):
            message += self.socket.recv(int(length[:-1]) - len(message))
        return json.loads(message)


class WebKit(Engine):
    """WebKitGTK's MiniBrowser by WebDriver, on a display of its own."""

    program = "WebKitWebDriver"

    def __init__(self, folder):
        port = free_port()
        folder.mkdir()
        super().__init__(["xvfb-run", "-a", self.program, f"--port={port}"],
                         env=os.environ | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)})
        self.url = f"http://127.0.0.1:{port}/session"
        waiting.until(self.begun, "WebKit does not start")

    def begun(self):
        """Return whether a session began."""
        with suppress(OSError, Failure):
            found = self.ask("", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
            self.url += f"/{found['sessionId']}"
            return True
        return False

    def go(self, url):
        """Open an address."""
        self.ask("/url", {"url": url})

    def run(self, script):
        """Return what a function body returns on the page."""
        return self.ask("/execute/sync", {"script": script, "args": []})

    def ask(self, path, parameters):
        """Send a command and return its value."""
        request = Request(self.url + path, json.dumps(parameters).encode(),
                          {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except OSError as error:
            if hasattr(error, "read"):
                raise Failure(error.read()) from error
            raise


def installed():
    """Return the engines whose programs are there."""
    return [engine for engine in (Firefox, WebKit) if shutil.which(engine.program)]
