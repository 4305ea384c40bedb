"""Runs the command: `python -m codeport_client`."""

import sys

from codeport_client.command import main

sys.exit(main())
