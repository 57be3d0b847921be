"""Tests of villages: entered, pasted, ordered, changed, closed."""
