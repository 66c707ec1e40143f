"""Insecurity Insight's file of aid workers killed, injured, kidnapped and arrested."""
