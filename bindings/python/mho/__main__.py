# SPDX-License-Identifier: Apache-2.0
import signal
import sys

from mho import main


def run():
    """The console script `mho`."""
    # Python's own handler only sets a flag that nobody looks at while C++ runs: let Ctrl-C end the command.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    name = "python -m mho" if sys.argv[0].endswith("__main__.py") else "mho"
    return main([name, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(run())
