"""Figures that others have printed: kept as printed, compared with ours and with each other, and checked."""
