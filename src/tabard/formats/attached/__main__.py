"""A process of its own that cleans one file from its input to its output, with a limit on memory and time.

`python -m tabard.formats.attached image/png`. Whatever a hostile file does to a decoder, it does it here."""

from __future__ import annotations

import json
import resource
import sys

from tabard.formats.attached import pdf, pictures, text
from tabard.formats.attached.kinds import REFUSED, TEXT
from tabard.rules.refusals import Refused

MEMORY = 1_000_000_000
SECONDS = 20
CLEANERS = dict.fromkeys(pictures.FORMATS, pictures.clean) | {"application/pdf": pdf.clean, TEXT: text.clean}


def main(kind: str) -> int:
    """Clean; a refusal writes its code, anything worse ends the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        cleaned = CLEANERS[kind](sys.stdin.buffer.read(), kind)
    except Refused as refusal:
        json.dump([refusal.code, refusal.fields], sys.stdout)
        return REFUSED
    sys.stdout.buffer.write(cleaned)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
