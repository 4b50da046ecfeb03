"""Octavia, the load balancing service."""

from upgradecheck.checks import AdditiveCheck
from upgradecheck.checks import AtHeadCheck
from upgradecheck.checks import OptionsCheck
from upgradecheck.checks import PolicyCheck
from upgradecheck.checks import ReleasePathCheck
from upgradecheck.checks import RevisionCheck
from upgradecheck.service import Database
from upgradecheck.service import DriverOption
from upgradecheck.service import Program
from upgradecheck.service import Service
from upgradecheck.services.common import ADAPTER
from upgradecheck.services.common import API
from upgradecheck.services.common import MESSAGING
from upgradecheck.services.common import places

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
    procedures="upgradecheck.services.octavia:procedures",
    releases="upgradecheck.services.octavia:releases",
    namespaces=(
        "octavia",
        "castellan.config",
        "cotyledon",
        "keystonemiddleware.audit",
        "keystonemiddleware.auth_token",
        "oslo.cache",
        "oslo.concurrency",
        "oslo.config",
        "oslo.db",
        "oslo.log",
        "oslo.messaging",
        "oslo.middleware.cors",
        "oslo.middleware.healthcheck",
        "oslo.middleware.http_proxy_to_wsgi",
        "oslo.middleware.sizelimit",
        "oslo.policy",
        "oslo.reports",
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
    unlisted=(
        *MESSAGING,
        *API,
        *places(certificates="storage_path", service_auth=ADAPTER),
    ),
    drivers=(
        *(
            DriverOption(f"octavia.{kind}", ("api_settings", option))
            for kind, option in (
                ("api.drivers", "enabled_provider_drivers"),
                ("api.drivers", "default_provider_driver"),
            )
        ),
        DriverOption(
            "octavia.driver_agent.provider_agents",
            ("driver_agent", "enabled_provider_agents"),
        ),
        *(
            DriverOption(f"octavia.{kind}.drivers", ("controller_worker", option))
            for kind, option in (
                ("amphora", "amphora_driver"),
                ("compute", "compute_driver"),
                ("image", "image_driver"),
                ("network", "network_driver"),
                ("statistics", "statistics_drivers"),
                ("volume", "volume_driver"),
            )
        ),
        *(
            DriverOption(f"octavia.{kind}", ("certificates", kind))
            for kind in ("cert_manager", "cert_generator", "barbican_auth")
        ),
        DriverOption(
            "octavia.worker.jobboard_driver", ("task_flow", "jobboard_backend_driver")
        ),
    ),
)

config_options = OptionsCheck("octavia")
release_path = ReleasePathCheck("octavia")
database_revision = RevisionCheck("octavia")
database_additive = AdditiveCheck("octavia")
database_at_head = AtHeadCheck("octavia")
policy_file = PolicyCheck("octavia")
