"""Ceilometer, the telemetry data collection service; it has no database."""

from upgradecheck.checks import OptionsCheck
from upgradecheck.checks import ReleasePathCheck
from upgradecheck.service import Program
from upgradecheck.service import Service
from upgradecheck.services.common import MESSAGING
from upgradecheck.services.common import SESSION
from upgradecheck.services.common import places

_NORMAL = "upgradecheck.services.ceilometer.normal"

service = Service(
    name="ceilometer",
    title="Ceilometer",
    programs=(
        Program("ceilometer-polling"),
        Program("ceilometer-agent-notification"),
        Program("ceilometer-upgrade"),
    ),
    procedures="upgradecheck.services.ceilometer:procedures",
    releases="upgradecheck.services.ceilometer:releases",
    namespaces=(
        "ceilometer",
        "ceilometer-auth",
        "cotyledon",
        "oslo.cache",
        "oslo.concurrency",
        "oslo.config",
        "oslo.log",
        "oslo.messaging",
        "oslo.privsep",
        "oslo.reports",
        "oslo.service.service",
    ),
    entry_points=(
        "ceilometer.builder.poll.*",
        "ceilometer.discover.*",
        "ceilometer.event.publisher",
        "ceilometer.event.trait_plugin",
        "ceilometer.poll.*",
        "ceilometer.sample.endpoint",
        "ceilometer.sample.publisher",
    ),
    facts=(
        ("meters", "upgradecheck.services.ceilometer.facts:meters"),
        ("pipelines", "upgradecheck.services.ceilometer.facts:pipelines"),
    ),
    normal_forms=(
        ("pipeline.yaml", f"{_NORMAL}:pipeline_file"),
        ("event_pipeline.yaml", f"{_NORMAL}:event_pipeline_file"),
        ("polling.yaml", f"{_NORMAL}:polling_file"),
        ("pollsters", f"{_NORMAL}:pollsters"),
        ("pollsters.d", f"{_NORMAL}:dynamic_pollsters"),
        ("gnocchi_resources.yaml", f"{_NORMAL}:gnocchi_file"),
    ),
    unlisted=(
        *MESSAGING,
        *places(
            ceilometer_sys_admin="*",
            gnocchi=f"{SESSION} interface region_name",
            zaqar=f"{SESSION} interface region_name",
        ),
    ),
)

config_options = OptionsCheck("ceilometer")
release_path = ReleasePathCheck("ceilometer")
