"""Snapshots and the tables counted over them."""
