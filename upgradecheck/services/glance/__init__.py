"""Glance, the Image service."""

from upgradecheck.checks import AdditiveCheck
from upgradecheck.checks import AtHeadCheck
from upgradecheck.checks import OptionsCheck
from upgradecheck.checks import PolicyCheck
from upgradecheck.checks import ReleasePathCheck
from upgradecheck.checks import RevisionCheck
from upgradecheck.service import Database
from upgradecheck.service import DriverOption
from upgradecheck.service import NamedGroups
from upgradecheck.service import Program
from upgradecheck.service import Service
from upgradecheck.services.common import API
from upgradecheck.services.common import MESSAGING
from upgradecheck.services.common import places

#: Stores that were removed before the oldest catalogue, and the first Glance without.
#: That glance-status asks for Sheepdog's removal "since Ussuri" tells when it went.
_GONE = (("sheepdog", "20.0.0"), ("glance.store.sheepdog.Store", "20.0.0"))

service = Service(
    name="glance",
    title="Glance",
    programs=(
        Program("glance-api"),
        # As glance.cmd.manage finds its files.
        Program("glance-manage", reads=("glance-api", "glance-manage")),
    ),
    procedures="upgradecheck.services.glance:procedures",
    releases="upgradecheck.services.glance:releases",
    namespaces=(
        "glance.api",
        "glance",
        "glance.cache",
        "glance.manage",
        "glance.scrubber",
        "glance.store",
        "glance.multi_store",
        "castellan.config",
        "keystonemiddleware.audit",
        "keystonemiddleware.auth_token",
        "os_brick",
        "os_brick.lightos",
        "oslo.cache",
        "oslo.concurrency",
        "oslo.config",
        "oslo.db",
        "oslo.limit",
        "oslo.log",
        "oslo.messaging",
        "oslo.middleware.basic_auth",
        "oslo.middleware.cors",
        "oslo.middleware.healthcheck",
        "oslo.middleware.http_proxy_to_wsgi",
        "oslo.middleware.sizelimit",
        "oslo.policy",
        "oslo.privsep",
        "oslo.reports",
        "osprofiler",
    ),
    databases=(
        Database(
            name="main",
            scripts="glance.db.sqlalchemy:alembic_migrations",
            command="glance-manage db sync",
        ),
    ),
    facts=(
        ("current_release", "upgradecheck.services.glance.facts:current_release"),
        ("data_migrations", "upgradecheck.services.glance.facts:data_migrations"),
    ),
    drivers=tuple(
        DriverOption("glance_store.drivers", option, judged=True, gone=_GONE)
        for option in (("DEFAULT", "enabled_backends"), ("glance_store", "stores"))
    ),
    required=(("database", "connection"),),
    named_groups=(
        NamedGroups(
            option=("DEFAULT", "enabled_backends"),
            namespaces=("glance.multi_store",),
            reserved=(
                "backend_defaults",
                "os_glance_staging_store",
                "os_glance_tasks_store",
            ),
            common=("store_description", "weight"),
            default=("glance_store", "default_backend"),
            kept="os_glance_",
        ),
    ),
    unlisted=(
        *MESSAGING,
        *API,
        *places(
            DEFAULT="metadata_source_path",
            audit_middleware_notifications="*",
            ext_oauth2_auth="*",
            # A driver whose library is not installed here lists nothing.
            backend_defaults="cinder_* rootwrap_config",
            glance_store="default_backend cinder_* rootwrap_config",
            keystone_authtoken="timeout",
            os_brick="*",
            oslo_limit="auth_type auth_section",
            privsep_osbrick="*",
        ),
    ),
)

config_options = OptionsCheck("glance")
release_path = ReleasePathCheck("glance")
database_revision = RevisionCheck("glance")
database_additive = AdditiveCheck("glance")
database_at_head = AtHeadCheck("glance")
policy_file = PolicyCheck("glance")
