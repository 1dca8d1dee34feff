"""How people walk: arrays and frames in, the same out."""
