"""Copies of the database to keep elsewhere, and the way back from one."""
