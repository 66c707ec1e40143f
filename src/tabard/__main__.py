"""`python -m tabard`."""

from tabard.cli import main

main()
