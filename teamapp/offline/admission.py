"""Limits concurrent packs: one per device, few of whole villages, so that /sync stays fast."""

import platform
import secrets
from contextlib import ExitStack
from types import TracebackType
from typing import Self
from uuid import UUID

from werkzeug.exceptions import ServiceUnavailable

from .locks import SharedLocks

DEVICE_RETRY_S = (2, 5)
LARGE_RETRY_S = (2, 15)  # the phone waits longer after each refusal


class Admission:
    """The locks a request holds while it renders its pack; others get 503 with Retry-After."""

    def __init__(self, locks: SharedLocks, large_at_once: int) -> None:
        self.locks, self.large_at_once, self.held = locks, large_at_once, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.held.close()

    def take_device(self, user_id: int, device: str) -> None:
        """Lock this person's device; raise 503 while another request renders its pack."""
        try:
            name = f"pack {user_id} {UUID(device)}"
        except ValueError:
            return  # a client that names no device
        if not self._holds(name):
            raise busy(DEVICE_RETRY_S)

    def take_large(self) -> None:
        """Lock one of the `large_at_once` places of this machine; raise 503 if none is free."""
        machine = platform.node()
        if not any(self._holds(f"large pack {machine} {n}") for n in range(self.large_at_once)):
            raise busy(LARGE_RETRY_S)

    def _holds(self, name: str) -> bool:
        return self.held.enter_context(self.locks.tried(name))


def busy(bounds: tuple[int, int]) -> ServiceUnavailable:
    """Return a 503 whose Retry-After is random within the bounds, in seconds."""
    least, most = bounds
    return ServiceUnavailable("pack_busy", retry_after=least + secrets.randbelow(most - least + 1))
