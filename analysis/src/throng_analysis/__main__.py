"""Entry point of `python -m throng_analysis`."""

import sys

from throng_analysis.cli import main

if __name__ == "__main__":
    sys.exit(main())
