"""What ``octavia-status`` says of the job board: ``octavia_status.py CONFIG``.

One word: the name of the code of its first check.
"""

import sys

from octavia.cmd.status import Checks
from octavia.common import config

if __name__ == "__main__":
    config.init(["--config-file", sys.argv[1]])
    print(Checks()._check_amphorav2().code.name.lower())
