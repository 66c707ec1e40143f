"""Organisations (persons follow with the rooms that need them)."""
