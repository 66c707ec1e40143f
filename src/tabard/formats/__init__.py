"""Pure readers and writers of what the field exchanges: no database, no accounts, no engine."""
