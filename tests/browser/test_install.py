"""The book can be put on the home screen."""


def test_manifest_icons_and_worker_make_it_installable(lans_phone, line):
    asked = lans_phone.context.new_cdp_session(lans_phone.page)
    manifest = asked.send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"].endswith("/manifest.webmanifest")
    assert asked.send("Page.getInstallabilityErrors")["installabilityErrors"] == []

    # a page of ours without a manifest is told apart: it is really asked
    lans_phone.page.goto(f"{line.url}/healthz")
    found = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in found] == ["no-manifest"]
