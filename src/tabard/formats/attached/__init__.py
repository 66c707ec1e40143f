"""Files that somebody attaches: what kinds are taken, and how each is written anew without what acts or tells."""
