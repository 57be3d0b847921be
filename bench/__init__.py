"""Measured scenarios beside their goals: `make bench` prints one table."""
