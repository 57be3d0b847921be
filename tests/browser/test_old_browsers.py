"""The main journey in a Chromium without what older browsers lack, down to Chrome 91."""

import pytest

from teamapp.models import Visit

from ..cast import PIN

# Taken from pages; Playwright's script also reaches no worker, so the page itself has to send.
WITHOUT = {
    "AbortSignal.timeout": "delete AbortSignal.timeout;",
    "crypto.randomUUID": "delete Crypto.prototype.randomUUID;",
    "Array.prototype.at": "delete Array.prototype.at;",
    "CompressionStream": "delete globalThis.CompressionStream;",
    "SyncManager": """
      delete globalThis.SyncManager;
      delete ServiceWorkerRegistration.prototype.sync;
    """,
    "storage.persist, storage.estimate": """
      delete StorageManager.prototype.persist;
      delete StorageManager.prototype.estimate;
    """,
}
NO_HAS = """
  const { insertRule } = CSSStyleSheet.prototype;
  document.addEventListener("DOMContentLoaded", () => {
    // A browser drops the whole rule whose list has a selector that it does not know.
    const prune = (owner) => {
      for (let at = owner.cssRules.length - 1; at >= 0; at--) {
        const rule = owner.cssRules[at];
        if (rule.selectorText?.includes(":has(")) owner.deleteRule(at);
        else if (rule.conditionText === "not selector(:has(a))") {
          for (const { cssText } of [...rule.cssRules]) insertRule.call(owner, cssText, at + 1);
        } else if (rule.cssRules?.length) prune(rule);
      }
    };
    [...document.styleSheets].forEach(prune);
  });
"""
NO_MODULE_WORKERS = """
  const register = ServiceWorkerContainer.prototype.register;
  ServiceWorkerContainer.prototype.register = function (url, options) {
    return options?.type === "module" ? Promise.reject(new TypeError("module"))
      : register.call(this, url, options);
  };
"""
NO_WORKER = "delete Navigator.prototype.serviceWorker;"
NO_PATIENCE = """
  const wait = setTimeout;
  globalThis.setTimeout = (work, ms, ...more) => wait(work, ms >= 8000 ? 2 ** 30 : ms, ...more);
"""
ONLINE_ONLY = ".online-only"


def work(phone, register):
    """Sign in, record a visit with help and one of nobody at home, and send both."""
    phone.sign_in("lan", PIN)
    phone.met(register.house(1))
    phone.absent(register.house(2))
    phone.send_now()
    phone.until_accepted(2)
    assert Visit.select().count() == 2


@pytest.mark.parametrize("missing", WITHOUT)
def test_main_journey_without(take_phone, register, missing):
    phone = take_phone(init_script=WITHOUT[missing])
    work(phone, register)
    assert phone.complaints == []
    assert not phone.page.is_visible(ONLINE_ONLY)


def test_main_journey_without_has(take_phone, register):
    phone = take_phone(init_script=NO_HAS)
    work(phone, register)
    phone.open_sheet(register.house(3), "record")
    assert phone.page.is_visible("#record .action button")
    assert phone.page.is_hidden('[data-when~="expired"]')


@pytest.mark.parametrize("missing", [NO_MODULE_WORKERS, NO_WORKER], ids=["modules", "worker"])
def test_browser_that_keeps_no_pages_says_so_at_sign_in_and_does_not_wait(
        take_phone, line, register, missing):
    phone = take_phone(init_script=missing + NO_PATIENCE)
    phone.go("/sign-in")
    phone.page.wait_for_selector(f"{ONLINE_ONLY} .address", state="visible")
    assert line.url in phone.page.inner_text(ONLINE_ONLY)
    work(phone, register)
    assert phone.page.locator(ONLINE_ONLY).first.is_visible()


def test_browser_that_runs_no_scripts_says_so_at_sign_in_and_afterwards(take_phone):
    phone = take_phone()
    phone.context.new_cdp_session(phone.page).send(
        "Emulation.setScriptExecutionDisabled", {"value": True})
    phone.go("/sign-in")
    assert phone.page.is_visible("noscript .banner")
    phone.page.fill("[name=username]", "lan")
    phone.page.fill("[name=secret]", PIN)
    phone.page.click("main form button")
    phone.page.wait_for_url("**/arrival**")
    assert "Mở bằng Chrome hoặc Safari bản mới" in phone.page.inner_text("noscript .banner")


def test_exception_while_sending_is_reported_and_retried(take_phone, register):
    phone = take_phone(init_script="""
      const stringify = JSON.stringify;
      JSON.stringify = (...given) => {
        if (sessionStorage.spoilt && given[0]?.batch) throw new TypeError("spoilt");
        return stringify(...given);
      };
      delete globalThis.SyncManager;
      delete ServiceWorkerRegistration.prototype.sync;
    """)
    phone.sign_in("lan", PIN)
    phone.go("/outbox")
    phone.absent(register.house(1))
    phone.page.evaluate("sessionStorage.spoilt = true")
    phone.go("/outbox")
    phone.page.click('[data-do="send-now"]')
    phone.page.wait_for_selector("text=máy tự thử lại", state="visible")
    phone.page.evaluate("delete sessionStorage.spoilt")
    phone.until_accepted(1)
