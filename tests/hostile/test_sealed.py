"""Every envelope is answered, whatever its content."""

from hypothesis import given
from hypothesis import strategies as some

from tests.sync.phone import body, entry
from tests.sync.test_sealed import bring, key, lans_session, letter, sealed  # noqa: F401

from .input import ANYTHING
from .often import often

SPOILT = some.dictionaries(some.sampled_from(
    ["v", "user", "device", "proof", "state", "entry"]), ANYTHING, max_size=3)
SPOILT_ENTRY = some.dictionaries(some.sampled_from(
    ["id", "kind", "form", "recorded_at", "after", "replaces", "body"]), ANYTHING, max_size=3)


@often(25, 1000)
@given(spoilt=SPOILT, spoilt_entry=SPOILT_ENTRY)
def test_envelope_with_any_content_is_answered(
        cast, bring, sealed, letter, spoilt, spoilt_entry):  # noqa: F811
    said = letter(entry(body(cast.bre)) | spoilt_entry) | spoilt
    assert bring(sealed(said)) in (["accepted"], ["deferred"])
