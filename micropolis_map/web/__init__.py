"""Routes beside the pages: data, health, static files."""
