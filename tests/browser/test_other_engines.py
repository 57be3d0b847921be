"""The main journey in Firefox and WebKitGTK: by `make browsers`, where they are installed."""

import os

import pytest

from teamapp.models import Visit

from ..cast import PIN
from .engines import Firefox, WebKit, installed
from .waiting import until

SIGN_IN = f"""
  document.querySelector("[name=username]").value = "lan";
  document.querySelector("[name=secret]").value = "{PIN}";
  document.querySelector("main form button").click();
"""
HELP = {"people-0-steps-0-state": "helped", "people-0-consent": "yes", "mode": "together"}
SAVE = 'document.querySelector("#record .action button").click()'
SAVED = 'document.querySelector(".toast[data-saved]:not([hidden])")'


@pytest.fixture(params=[Firefox, WebKit], ids=["firefox", "webkit"])
def engine(request, tmp_path):
    """Return a started browser."""
    if "ENGINES" not in os.environ:
        pytest.skip("make browsers runs it")
    if request.param not in installed():
        pytest.skip(f"{request.param.program} is not installed")
    engine = request.param(tmp_path / "engine")
    yield engine
    engine.end()


def test_main_journey(engine, line, register):
    engine.go(f"{line.url}/sign-in")
    engine.until('document.querySelector("[name=secret]")', "no form")
    engine.run(SIGN_IN)
    engine.until('location.pathname === "/" && document.body.dataset.user', "not signed in")
    engine.until("navigator.serviceWorker.controller", "the worker is not there")
    engine.until("document.documentElement.dataset.listed === '25'", "no pack")
    engine.go(f"{line.url}/households/{register.house(1)}")
    engine.until("document.documentElement.dataset.net", "the page does not start")
    engine.run('document.querySelector("#absent button").click()')
    engine.until(SAVED, "not saved")
    engine.go(f"{line.url}/households/{register.house(2)}#record")
    engine.until("document.querySelector('[name=\"people-0-steps-0-state\"]')", "no form")
    for name, value in HELP.items():  # each answer opens the next question
        choice = f"""document.querySelector('[name="{name}"][value="{value}"]')"""
        engine.until(choice, f"no {name}")
        engine.run(f"{choice}.click()")
    engine.run(SAVE)
    engine.until('location.hash !== "#record"', "not saved")
    engine.go(f"{line.url}/outbox")
    engine.until("document.documentElement.dataset.net", "the page does not start")
    engine.run('document.querySelector("[data-do=send-now]").click()')
    until(lambda: Visit.select().count() == 2, "not sent")
    engine.until('document.body.innerText.includes("Đã gửi hết")', "the page does not say so")
