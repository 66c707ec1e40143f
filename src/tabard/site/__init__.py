"""The roof: settings, addresses, wiring, and the pages that join rooms."""
