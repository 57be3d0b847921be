"""Counts: what each figure is made of, how it changes with a fact, and how it is counted again."""
