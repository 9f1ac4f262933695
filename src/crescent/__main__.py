"""`python -m crescent`."""

import sys

from crescent.cli import main

sys.exit(main())
