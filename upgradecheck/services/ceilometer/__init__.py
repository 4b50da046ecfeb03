"""Ceilometer, the telemetry data collection service; it has no database."""

from upgradecheck.checks import OptionsCheck
from upgradecheck.service import Program
from upgradecheck.service import Service

service = Service(
    name="ceilometer",
    title="Ceilometer",
    programs=(
        Program("ceilometer-polling"),
        Program("ceilometer-agent-notification"),
        Program("ceilometer-upgrade"),
    ),
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
    ),
)

config_options = OptionsCheck("ceilometer")
