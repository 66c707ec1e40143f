"""Who may do what, the one door for every change, and the audit chain behind it."""
