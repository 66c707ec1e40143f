"""A person's own account: who they are here, what opens the account, where it is open, which machines act for it."""
