"""Tabard: the open system for the safety and security of humanitarian and United Nations personnel."""

__version__ = "0.1.0"
