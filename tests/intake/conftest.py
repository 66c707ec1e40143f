"""The cast is on stage here."""

from cast import cast as cast
from cast import world as world
