"""The API under /api/v1: the same verbs and reads as the pages, for machines that sign in with a token."""
