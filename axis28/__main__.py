"""Start of the ``axis28`` command: the guard first, everything else after it."""

from __future__ import annotations

import sys

from axis28.origin import intruder


def main() -> int:
    """Run the command with the arguments of this process and give its exit code."""
    complaint = intruder()
    if complaint is not None:
        print(complaint, file=sys.stderr)
        return 2
    # Only now is it known that these names lead to this distribution.
    from axis28.command import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
