"""Micropolis Map: the places, stories and people that turn a district into a community."""

__version__ = "0.1.0"

from micropolis_map import gdal_drivers

gdal_drivers.leave_out()  # before anything imports a library that brings GDAL
