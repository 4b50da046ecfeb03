"""What Ceilometer itself makes of files: ``ceilometer_verdicts.py FOLDER``.

Each folder in FOLDER has a ceilometer.conf and files of pipelines and pollsters. Prints
as JSON, by the folder's name, what Ceilometer refuses or leaves out.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import types
from collections.abc import Callable
from typing import Any

from ceilometer import opts
from ceilometer.pipeline.event import EventPipelineManager
from ceilometer.pipeline.sample import SamplePipelineManager
from ceilometer.polling.manager import AgentManager
from ceilometer.polling.manager import PollingManager
from ceilometer.publisher.gnocchi import GnocchiPublisher
from oslo_config import cfg

NAMESPACES = ["central", "compute", "ipmi"]


def configuration(folder: str) -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    for group, options in opts.list_opts():
        conf.register_opts(list(options), None if group == "DEFAULT" else group)
    conf(
        ["--config-file", os.path.join(folder, "ceilometer.conf")], project="ceilometer"
    )
    return conf


def pipeline(manager: Any) -> Callable[[cfg.ConfigOpts, str], str | None]:
    def refused(conf: cfg.ConfigOpts, _folder: str) -> str | None:
        for pipe in manager(conf).pipelines:
            lost = len(pipe.sink.cfg["publishers"]) - len(pipe.sink.publishers)
            if lost:
                return f"{lost} publishers lost"
        return None

    return refused


def polling(conf: cfg.ConfigOpts, folder: str) -> None:
    if os.path.exists(os.path.join(folder, "polling.yaml")):
        PollingManager(conf)


def pollsters(conf: cfg.ConfigOpts, folder: str) -> str | None:
    agent = types.SimpleNamespace(conf=conf)
    with_names = os.path.join(folder, "pollsters.d", "names")
    found = AgentManager.create_dynamic_pollsters(agent, NAMESPACES)
    if os.path.exists(with_names):
        with open(with_names) as file:
            wanted = file.read().split()
        if sorted(each.name for each in found) != sorted(wanted):
            return f"only {sorted(each.name for each in found)}"
    return None


def resources(conf: cfg.ConfigOpts, folder: str) -> str | None:
    file = os.path.join(folder, "gnocchi_resources.yaml")
    if not os.path.exists(file):
        return None
    found, _ = GnocchiPublisher._load_definitions(conf, None, file)
    with_types = os.path.join(folder, "types")
    with open(with_types) as opened:
        wanted = opened.read().split()
    names = [each.cfg["resource_type"] for each in found]
    return None if names == wanted else f"only {names}"


def verdict(folder: str) -> str | None:
    """What is refused; None if nothing is."""
    conf = configuration(folder)
    pipelines = [pipeline(SamplePipelineManager), pipeline(EventPipelineManager)]
    if os.path.exists(os.path.join(folder, "gnocchi_resources.yaml")):
        pipelines = []  # gnocchi:// asks Keystone before it is loaded
    judges: list[Any] = [*pipelines, polling, pollsters, resources]
    for judge in judges:
        try:
            refused: str | None = judge(conf, folder)
        except Exception as fault:
            refused = f"{type(fault).__name__}: {fault}"
        if refused:
            return refused
    return None


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    home = sys.argv[1]
    verdicts = {name: verdict(os.path.join(home, name)) for name in os.listdir(home)}
    print(json.dumps(verdicts))
