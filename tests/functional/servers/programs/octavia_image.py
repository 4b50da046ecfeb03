"""Print the image that Octavia would boot: ``octavia_image.py CONFIG TAG``."""

import sys

from octavia.common import config
from octavia.image.drivers.glance_driver import ImageManager

if __name__ == "__main__":
    configuration, tag = sys.argv[1:]
    config.init(["--config-file", configuration])
    print(ImageManager().get_image_id_by_tag(tag))
