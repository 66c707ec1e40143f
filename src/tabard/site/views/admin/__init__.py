"""The administrator's pages: accounts and their roles, organisations, collections, words of one's own."""
