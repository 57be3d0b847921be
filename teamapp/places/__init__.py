"""Villages of a commune: entered, pasted from a list, ordered, changed, closed."""
