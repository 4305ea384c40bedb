"""Runs the command: `codeport`, or `python -m codeport_client`."""

import sys


def main() -> int:
    """Run the command and return its exit code, also where Ctrl-C comes while it is being imported."""
    try:
        from codeport_client.command import main as run  # takes a while

        return run()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)  # noqa: T201
        return 130


if __name__ == "__main__":
    sys.exit(main())
