"""`python -m entnorm` is the command line."""

import sys

from entnorm.cli import main

sys.exit(main())
