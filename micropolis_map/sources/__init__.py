"""Reading the world: OpenStreetMap, elevation, population, boundaries, files people bring."""
