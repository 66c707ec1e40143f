"""Drafts, callers, and what the people at the desk work with."""
