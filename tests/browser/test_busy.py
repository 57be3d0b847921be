"""A server busy with other packs: the phone keeps its pages and requests the pack again."""

import re

BUSY = """() => {
  const real = globalThis.fetch;
  globalThis.asked = [];
  globalThis.fetch = (url, ...more) => {
    if (!String(url).startsWith("/pack")) return real(url, ...more);
    globalThis.asked.push([Date.now(), String(url)]);
    if (globalThis.asked.length > 2) return real(url, ...more);
    const answer = { status: 503, headers: { "Retry-After": "1" } };
    return Promise.resolve(Response.json({ v: 1, code: "pack_busy" }, answer));
  };
}"""


def test_refused_pack_is_requested_again_and_old_pages_stay(lans_phone, register):
    phone, lan = lans_phone, register.user("lan")
    before = phone.pages_of(lan)
    worker = phone.context.service_workers[0]
    worker.evaluate(BUSY)
    lan.set_language("en")  # every page is due again
    phone.page.evaluate("navigator.serviceWorker.controller.postMessage("
                        "{ do: 'refresh', now: true })")
    phone.until(lambda: len(worker.evaluate("globalThis.asked")) > 1, "it does not ask again")
    assert phone.pages_of(lan) == before
    assert phone.page.get_attribute("html", "data-net") != "offline"
    phone.until(lambda: 'lang="en"' in phone.pages_of(lan)["pages"]["/"], "the pages do not come")
    (first, url), (second, _), (third, _), *_ = worker.evaluate("globalThis.asked")
    assert second - first >= 1000 and third - second >= 2000
    assert re.search(r"[?&]device=[0-9a-f-]{36}(&|$)", url)
