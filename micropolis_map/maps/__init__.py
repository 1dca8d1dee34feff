"""The domain as Folium layers; the only place with [lat, lon]."""
