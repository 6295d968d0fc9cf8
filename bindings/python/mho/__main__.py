# SPDX-License-Identifier: Apache-2.0
import signal
import sys

from mho import main

if __name__ == "__main__":
    # Python's own handler only sets a flag that nobody looks at while C++ runs: let Ctrl-C end the command.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main(["mho", *sys.argv[1:]]))
