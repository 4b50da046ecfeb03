"""Octavia, the load balancing service."""

from upgradecheck.checks import AtHeadCheck
from upgradecheck.checks import OptionsCheck
from upgradecheck.checks import PolicyCheck
from upgradecheck.checks import RevisionCheck
from upgradecheck.service import Database
from upgradecheck.service import DriverOption
from upgradecheck.service import Program
from upgradecheck.service import Service

service = Service(
    name="octavia",
    title="Octavia",
    programs=(
        Program("octavia-worker"),
        Program("octavia-api"),
        Program("octavia-health-manager"),
        Program("octavia-housekeeping"),
        Program("octavia-driver-agent"),
        Program("octavia-db-manage"),
    ),
    namespaces=(
        "octavia",
        "castellan.config",
        "keystonemiddleware.audit",
        "keystonemiddleware.auth_token",
        "oslo.concurrency",
        "oslo.config",
        "oslo.db",
        "oslo.log",
        "oslo.messaging",
        "oslo.middleware",
        "oslo.middleware.cors",
        "oslo.middleware.healthcheck",
        "oslo.middleware.http_proxy_to_wsgi",
        "oslo.middleware.sizelimit",
        "oslo.policy",
        "oslo.reports",
        "oslo.service.periodic_task",
        "oslo.service.service",
        "oslo.service.wsgi",
    ),
    databases=(
        Database(
            name="main",
            scripts="octavia.db.migration:alembic_migrations",
            command="octavia-db-manage upgrade head",
        ),
        Database(
            name="task-flow persistence",
            scripts="taskflow.persistence.backends.sqlalchemy:alembic",
            command="octavia-db-manage upgrade_persistence",
            option=("task_flow", "persistence_connection"),
            optional=True,
        ),
    ),
    required=(("database", "connection"),),
    unlisted=(("certificates", "storage_path"),),
    drivers=(
        DriverOption(
            "octavia.api.drivers", ("api_settings", "enabled_provider_drivers")
        ),
        DriverOption(
            "octavia.driver_agent.provider_agents",
            ("driver_agent", "enabled_provider_agents"),
        ),
        DriverOption(
            "octavia.amphora.drivers", ("controller_worker", "amphora_driver")
        ),
        DriverOption(
            "octavia.compute.drivers", ("controller_worker", "compute_driver")
        ),
        DriverOption(
            "octavia.network.drivers", ("controller_worker", "network_driver")
        ),
        DriverOption("octavia.volume.drivers", ("controller_worker", "volume_driver")),
        DriverOption("octavia.image.drivers", ("controller_worker", "image_driver")),
        DriverOption("octavia.cert_manager", ("certificates", "cert_manager")),
        DriverOption("octavia.cert_generator", ("certificates", "cert_generator")),
        DriverOption("octavia.barbican_auth", ("certificates", "barbican_auth")),
        DriverOption(
            "octavia.statistics.drivers", ("controller_worker", "statistics_drivers")
        ),
    ),
)

config_options = OptionsCheck("octavia")
database_revision = RevisionCheck("octavia")
database_at_head = AtHeadCheck("octavia")
policy_file = PolicyCheck("octavia")
