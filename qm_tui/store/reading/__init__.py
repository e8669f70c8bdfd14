"""Selections: what screens read, as of one moment."""
