"""Imports: the catalogues, and a village head's list of households."""
