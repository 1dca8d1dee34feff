"""``python -m micropolis_map``."""

import sys

from micropolis_map.cli import main

if __name__ == "__main__":
    sys.exit(main())
