"""Have Octavia sign an amphora's certificate: ``octavia_sign.py CONFIG``."""

import sys

from octavia.certificates.generator.local import LocalCertGenerator
from octavia.common import config

if __name__ == "__main__":
    config.init(["--config-file", sys.argv[1]])
    pair = LocalCertGenerator.generate_cert_key_pair("an-amphora", 3600)
    print((pair.certificate + pair.private_key).decode())
