"""A network that spoils compressed requests, or blocks every one: no visit needs attention."""

import pytest

# Pages ask their storage what the network does, the worker a variable.
NETWORK = """() => {
  const real = globalThis.fetch;
  globalThis.fetch = (url, options, ...more) => {
    const { spoilt } = globalThis.localStorage ?? globalThis;
    const isSpoilt = String(url).startsWith("/sync") && (spoilt === "all"
      || (spoilt === "compressed" && options.headers["Content-Encoding"]));
    return isSpoilt ? Promise.resolve(new Response("<h1>Bad Request</h1>", { status: 400 }))
      : real(url, options, ...more);
  };
}"""
SPOIL = "(spoilt) => Object.assign(globalThis.localStorage ?? globalThis, { spoilt })"


@pytest.fixture
def spoil(lans_phone):
    """Return a function that says what the network spoils: compressed requests, all, or none."""
    worker = lans_phone.context.service_workers[0]
    lans_phone.context.add_init_script(f"({NETWORK})()")
    worker.evaluate(NETWORK)

    def change(spoilt):
        lans_phone.page.evaluate(SPOIL, spoilt)
        worker.evaluate(SPOIL, spoilt)

    return change


def test_request_goes_uncompressed_where_compression_is_spoilt(lans_phone, register, spoil):
    spoil("compressed")
    lans_phone.absent(register.house(1))
    lans_phone.send_now()
    lans_phone.until_accepted(1)


def test_visit_waits_where_the_network_blocks(lans_phone, register, spoil):
    spoil("all")
    lans_phone.absent(register.house(1))
    lans_phone.send_now()
    lans_phone.page.wait_for_selector("html[data-net=blocked]", state="attached")
    assert lans_phone.page.get_by_text("Mạng này chặn. Thử 4G hoặc Wi-Fi khác.").is_visible()
    assert not lans_phone.outbox("attention") and len(lans_phone.unsent()) == 1
    spoil("")
    lans_phone.send_now()
    lans_phone.until_accepted(1)
