"""The record of deeds: who changed people, villages or access, or took data out."""
