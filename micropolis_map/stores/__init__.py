"""Where pins and communities live."""
