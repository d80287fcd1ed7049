"""Run Alpheus as `python -m alpheus`."""

import sys

from alpheus.cli import main

sys.exit(main())
