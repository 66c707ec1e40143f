"""What a browser says of itself, cut down to two codes: enough to know one's own again, too little to follow."""

from __future__ import annotations

# The first that fits: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS = {"edg": "edge", "opr/": "opera", "firefox": "firefox", "fxios": "firefox", "chrome": "chrome"}
BROWSERS |= {"crios": "chrome", "safari": "safari", "curl": "curl"}
SYSTEMS = {"android": "android", "iphone": "ios", "ipad": "ios", "windows": "windows", "mac os": "macos"}
SYSTEMS |= {"cros": "chromeos", "linux": "linux"}
OTHER = "other"


def device_of(user_agent: str) -> str:
    """`firefox/android`; `other/other` for what is not known."""
    said = user_agent[:400].lower()
    return f"{_first(said, BROWSERS)}/{_first(said, SYSTEMS)}"


def _first(said: str, known: dict[str, str]) -> str:
    return next((code for mark, code in known.items() if mark in said), OTHER)
