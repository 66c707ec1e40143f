"""Writers of tables: rows go in as plain dicts, one at a time, and out as they come."""
