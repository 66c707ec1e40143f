"""An organisation's own log, in whatever columns it keeps it, through a mapping that it saves."""
