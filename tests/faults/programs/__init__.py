"""Programs for tests only: the real one with a part removed or added."""

POINTS = ("parsed", "after the effect", "after the receipt", "before the commit",
          "after the commit", "before the answer", "in the middle of the answer")


def instead(owner, name, deed):
    """Replace an existing attribute; fail if it does not exist."""
    assert hasattr(owner, name), name
    setattr(owner, name, deed)
