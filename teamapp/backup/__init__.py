"""Backup: encrypted copies of the database, and restoring one."""
