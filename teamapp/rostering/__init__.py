"""Rostering: which households a round visits, who gets them, and how far they have come."""
