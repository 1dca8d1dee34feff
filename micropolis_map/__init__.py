"""Micropolis Map: the places, stories and people that turn a district into a community."""

__version__ = "0.1.0"
