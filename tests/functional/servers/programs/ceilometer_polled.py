"""What Ceilometer itself polls by a polling.yaml: ``ceilometer_polled.py FOLDER``.

Prints as JSON, by namespace, the static pollsters and the sources that ask for them.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys

from ceilometer import opts
from ceilometer.polling.manager import PollingManager
from oslo_config import cfg

if __name__ == "__main__":
    conf = cfg.ConfigOpts()
    for group, options in opts.list_opts():
        conf.register_opts(list(options), None if group == "DEFAULT" else group)
    file = os.path.join(sys.argv[1], "ceilometer.conf")
    conf(["--config-file", file], project="ceilometer")
    sources = PollingManager(conf).sources
    found = {
        namespace: {
            entry.name: [
                [source.name, source.interval]
                for source in sources
                if source.support_meter(entry.name)
            ]
            for entry in importlib.metadata.entry_points(
                group=f"ceilometer.poll.{namespace}"
            )
        }
        for namespace in ("central", "compute", "ipmi")
    }
    polled = {
        namespace: {name: asking for name, asking in each.items() if asking}
        for namespace, each in found.items()
    }
    prefix = conf.polling.partitioning_group_prefix
    print(json.dumps({"polled": polled, "prefix": prefix}))
