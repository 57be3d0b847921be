"""The book can be put on the home screen."""


def test_manifest_icons_and_worker_make_it_installable(lans_phone):
    asked = lans_phone.context.new_cdp_session(lans_phone.page)
    manifest = asked.send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"].endswith("/manifest.webmanifest")
    assert asked.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_what_makes_it_installable_is_really_asked(lans_phone, line):
    """A page of ours without a manifest is told apart: the test above can fail."""
    lans_phone.page.goto(f"{line.url}/healthz")
    asked = lans_phone.context.new_cdp_session(lans_phone.page)
    found = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in found] == ["no-manifest"]
