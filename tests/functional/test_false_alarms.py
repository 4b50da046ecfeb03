"""What a service really reads is never called unknown or invalid."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.functional.deployment import Answer
from tests.functional.question import ask
from tests.functional.servers import program
from tests.functional.test_validator import OCTAVIA_NAMESPACES
from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins
from upgradecheck.services import ceilometer
from upgradecheck.services import glance
from upgradecheck.services import octavia

SERVICES = {each.service.name: each.service for each in (octavia, glance, ceilometer)}
#: As in ceilometer-config-generator.conf, which Ceilometer's source ships.
CEILOMETER_NAMESPACES = (
    "ceilometer",
    "ceilometer-auth",
    "cotyledon",
    "oslo.cache",
    "oslo.concurrency",
    "oslo.log",
    "oslo.messaging",
    "oslo.reports",
    "oslo.service.service",
)
#: Each driver's options stand in a group that has its name.
ALL_STORES = (
    "cinder:cinder, file:file, glance.store.http.Store:http, "
    "glance.store.rbd.Store:rbd, glance.store.s3.Store:s3, "
    "glance.store.swift.Store:swift, glance.store.vmware_datastore.Store:vmware"
)


def judged(status: ServiceStatus, conf: Path, *words: str | Path, **env: str) -> Answer:
    """What the check of the options says of a file that has its service's name."""
    check = f"{conf.stem}.config-options"
    return ask(status, check, conf, given=words, env=env or None)


def alarms(answer: Answer) -> list[str]:
    """All findings but deprecations, as they are told."""
    return [
        f"{each['location']}: {each['message']}"
        for each in answer.findings
        if "is deprecated for removal" not in each["message"]
    ]


def written(path: Path, groups: Mapping[str, Iterable[tuple[str, str]]]) -> Path:
    """Write options, which may be given several times."""
    lines = []
    for group, options in groups.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in options)]
    path.write_text("\n".join(lines) + "\n")
    return path


def generated(form: str, namespaces: Iterable[str]) -> str:
    """What the real oslo-config-generator writes."""
    return program.run(
        program.PROGRAMS / "oslo-config-generator",
        *("--format", form),
        *(word for name in namespaces for word in ("--namespace", name)),
    )


class TestEveryOptionThatAServiceLists:
    @pytest.mark.parametrize("name", list(SERVICES))
    def test_it_may_have_its_default_value(
        self, status: ServiceStatus, tmp_path: Path, name: str
    ) -> None:
        groups = self._with_values(name)
        if name == "glance":
            groups["DEFAULT"]["enabled_backends"] = [ALL_STORES]
            groups["glance_store"]["default_backend"] = ["file"]
        options = {
            group: [(each, value) for each in values for value in values[each]]
            for group, values in groups.items()
        }
        assert sum(map(len, groups.values())) > 230
        answer = judged(status, written(tmp_path / f"{name}.conf", options))
        assert alarms(answer) == []
        assert answer.status == "warning"  # some are deprecated

    def _with_values(self, name: str) -> dict[str, dict[str, list[str]]]:
        points = importlib.metadata.entry_points(group="oslo.config.opts")
        installed = {each.name for each in points}
        namespaces = [n for n in SERVICES[name].namespaces if n in installed]
        data = json.loads(generated("json", namespaces))
        groups: dict[str, dict[str, list[str]]] = {}
        for group, listed in data["options"].items():
            for opt in listed["opts"]:
                values = groups.setdefault(group, {})
                values.setdefault(opt["dest"], value_of(opt))
            if "auth_type" in values:
                values.update(auth_type=["password"], auth_section=[group])
        return groups


def value_of(opt: Mapping[str, Any]) -> list[str]:
    """The default of an option as a file has it, or another valid value."""
    default = opt["default"]
    choices = [choice for choice, _ in opt["choices"] if choice is not None]
    if default is None:
        return [str(choices[0]) if choices else ANY_VALUE.get(opt["type"], "any")]
    if opt["type"] == "multi valued":
        return list(default)
    if isinstance(default, dict):
        return [",".join(f"{key}:{default[key]}" for key in default)]
    if isinstance(default, list):
        joined = ",".join(map(str, default))
        return [f"[{joined}]" if opt["dest"] in IN_BRACKETS else joined]
    return [str(default)]


#: Lists that Glance wants to have in brackets; the generator does not say.
IN_BRACKETS = {
    *("enabled_import_methods", "image_import_plugins", "extra_properties"),
    *("allowed_schemes", "allowed_hosts", "allowed_ports"),
    *("disallowed_schemes", "disallowed_hosts", "disallowed_ports"),
}
ANY_VALUE = {
    "boolean value": "true",
    "dict value": "a:b",
    "floating point value": "1.5",
    "host address value": "192.0.2.1",
    "hostname value": "host.example",
    "integer value": "5",
    "ip address value": "192.0.2.1",
    "list value": "7",
    "port value": "8080",
    "uri value": "http://192.0.2.1/",
}


class TestSamples:
    """The services' own samples, every option in them uncommented."""

    @pytest.mark.parametrize(
        ("name", "namespaces"),
        [("octavia", OCTAVIA_NAMESPACES), ("ceilometer", CEILOMETER_NAMESPACES)],
    )
    def test_a_generated_sample(
        self,
        status: ServiceStatus,
        tmp_path: Path,
        name: str,
        namespaces: tuple[str, ...],
    ) -> None:
        sample = uncommented(generated("ini", namespaces))
        sample = sample.replace("[database]", "[database]\nconnection = sqlite:////x")
        conf = tmp_path / f"{name}.conf"
        conf.write_text(sample)
        found = alarms(judged(status, conf))
        # Two of its namespaces list the same option.
        assert [each for each in found if "is set twice" not in each] == []

    def test_the_one_that_glance_ships_is_older_than_its_libraries(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        shipped = Path(sys.prefix, "etc", "glance", "glance-api.conf").read_text()
        sample = uncommented(shipped)
        sample = sample.replace(
            "[DEFAULT]", f"[DEFAULT]\nenabled_backends = {ALL_STORES}", 1
        ).replace("[database]", "[database]\nconnection = sqlite:////x")
        conf = tmp_path / "glance.conf"
        conf.write_text(sample)
        found = sorted(each.partition(": ")[2] for each in alarms(judged(status, conf)))
        # What its libraries no longer list was removed on the way, and has no effect.
        removed = [each for each in found if "was removed in" in each]
        assert [each.partition(" was removed")[0] for each in removed] == [
            "[DEFAULT] watch_log_file",
            "[healthcheck] path",
            "[oslo_messaging_rabbit] heartbeat_in_pthread",
            "[oslo_policy] enforce_scope",
        ]
        assert [each for each in found if each not in removed] == [
            f"[{group}] swift_store_auth_version = '2' is not valid: "
            "Valid values are [3], but found '2'"
            for group in ("glance.store.swift.store", "glance_store")
        ]


def uncommented(sample: str) -> str:
    """A sample in which every option that has a value is set to it."""
    lines = []
    for line in sample.splitlines():
        option = re.fullmatch(r"#([\w.-]+) = ?(.*)", line)
        if line.startswith("["):
            lines.append(line)
        elif option and not option[2].startswith("<"):  # none, or a placeholder
            lines.append(line[1:])
    return "\n".join(lines) + "\n"


#: What libraries read and no namespace lists, by group; found by watching
#: every registration while all modules of the services were loaded.
LIBRARIES = {
    "oslo_messaging_metrics": "metrics_enabled=false metrics_buffer_size=1000 "
    "metrics_socket_file=/var/tmp/metrics.sock metrics_process_name=x "
    "metrics_thread_stop_timeout=10",
    "oslo_messaging_tracing": "tracing_enabled=false tracing_service_name=openstack "
    "otel_exporter_otlp_endpoint=http://localhost:4318 "
    "otlp_protocol=http/protobuf insecure=false",
    "oslo_messaging_notifications": "routing_config=/etc/x.yaml",
}
API_LIBRARIES = {
    "audit": "namespace=openstack",
    "key_manager": "fixed_key=00000000",
    "oslo_middleware": "http_basic_auth_user_file=/etc/htpasswd",
}
PASSWORD = (
    "auth_type=password auth_url=http://192.0.2.1/v3 default_domain_id=a "
    "default_domain_name=a domain_id=a domain_name=a password=hush-hush "
    "project_domain_id=a project_domain_name=a project_id=a project_name=a "
    "system_scope=all trust_id=a user_domain_id=a user_domain_name=a user_id=a "
    "username=a"
)
SESSION = (
    "cafile=/ca.pem certfile=/c.pem collect_timing=false insecure=false "
    "keyfile=/k.pem split_loggers=false timeout=5 tls_ciphers=a tls_min_version=1.2 "
)
PRIVSEP = (
    "user=a group=a capabilities=1 helper_command=a thread_pool_size=4 "
    "logger_name=a log_daemon_traceback=false"
)
FILE = (
    "filesystem_store_chunk_size=65536 filesystem_store_datadir=/x "
    "filesystem_store_datadirs=/x:1 filesystem_store_file_perm=0 "
    "filesystem_store_metadata_file=/x filesystem_store_thread_pool_size=1 "
    "filesystem_store_threadpool_threshold=1 filesystem_store_timeout=5 "
    "filesystem_thin_provisioning=false "
)
CINDER = (
    "cinder_api_insecure=false cinder_attachment_retry_attempts=2 "
    "cinder_ca_certificates_file=/x cinder_catalog_info=a::b "
    "cinder_do_extend_attached=false cinder_endpoint_template=a "
    "cinder_enforce_multipath=false cinder_http_retries=3 "
    "cinder_mount_point_base=/x cinder_os_region_name=a "
    "cinder_state_transition_timeout=300 cinder_store_application_credential_id=a "
    "cinder_store_application_credential_secret=hush-hush cinder_store_auth_address=a "
    "cinder_store_password=hush-hush cinder_store_project_domain_name=a "
    "cinder_store_project_name=a cinder_store_user_domain_name=a "
    "cinder_store_user_name=a cinder_use_multipath=false cinder_volume_type=a "
    "rootwrap_config=/x "
)
HTTP = (
    "http_proxy_information=http:a https_ca_certificates_file=/x https_insecure=true "
)
RBD = (
    "rados_connect_timeout=5 rbd_store_ceph_conf=/x rbd_store_chunk_size=8 "
    "rbd_store_pool=images rbd_store_user=glance rbd_thin_provisioning=false "
)
S3 = (
    "s3_store_access_key=hush-hush s3_store_bucket=a s3_store_bucket_url_format=auto "
    "s3_store_cacert=/x s3_store_create_bucket_on_put=false "
    "s3_store_enable_data_integrity_protection=false s3_store_host=a "
    "s3_store_large_object_chunk_size=10 s3_store_large_object_size=100 "
    "s3_store_region_name=a s3_store_request_checksum_calculation=when_supported "
    "s3_store_response_checksum_validation=when_supported "
    "s3_store_secret_key=hush-hush s3_store_thread_pools=10 "
)
SWIFT = (
    "default_swift_reference=ref1 swift_buffer_on_upload=false "
    "swift_store_admin_tenants=a swift_store_application_credential_id=a "
    "swift_store_application_credential_secret=hush-hush swift_store_auth_address=a "
    "swift_store_auth_insecure=false swift_store_auth_version=3 swift_store_cacert=/x "
    "swift_store_config_file=/x swift_store_container=glance "
    "swift_store_create_container_on_put=false swift_store_endpoint=https://a/v1/b "
    "swift_store_endpoint_type=publicURL swift_store_expire_soon_interval=60 "
    "swift_store_key=hush-hush swift_store_large_object_chunk_size=200 "
    "swift_store_large_object_size=5120 swift_store_multi_tenant=false "
    "swift_store_multiple_containers_seed=0 swift_store_project_id=a "
    "swift_store_project_name=a swift_store_region=a swift_store_retry_get_count=0 "
    "swift_store_service_type=object-store swift_store_ssl_compression=true "
    "swift_store_use_trusts=true swift_store_user=a swift_upload_buffer_dir=/x "
)
VMWARE = (
    "vmware_api_retry_count=10 vmware_ca_file=/x vmware_datastores=a:b:1 "
    "vmware_insecure=false vmware_server_host=192.0.2.1 "
    "vmware_server_password=hush-hush vmware_server_username=a "
    "vmware_store_image_dir=/x vmware_task_poll_interval=5 "
)
COMMON = "store_description=words weight=0"

UNLISTED: dict[str, dict[str, str]] = {
    "octavia": {
        **LIBRARIES,
        **API_LIBRARIES,
        "certificates": "storage_path=/var/lib/octavia/certificates/",
        "database": "connection=sqlite:////x",
        "keystone_authtoken": PASSWORD,
        "service_auth": "service_type=a service_name=a valid_interfaces=public "
        "region_name=a endpoint_override=http://a/ version=2 "
        "connect_retries=1 connect_retry_delay=1 status_code_retries=1 "
        "status_code_retry_delay=1 retriable_status_codes=503",
        "barbican_service_user": PASSWORD,
    },
    "glance": {
        **LIBRARIES,
        **API_LIBRARIES,
        "DEFAULT": "metadata_source_path=/x enabled_backends="
        "a:file,b:http,c:rbd,d:swift,e:s3,f:vmware,g:cinder,"
        "H:glance.store.filesystem.Store",
        "database": "connection=sqlite:////x",
        "audit_middleware_notifications": "driver=log topics=a transport_url=rabbit:// "
        "use_oslo_messaging=true",
        "backend_defaults": FILE + CINDER + HTTP + RBD + S3 + SWIFT + VMWARE,
        "os_glance_staging_store": FILE + COMMON,
        "os_glance_tasks_store": FILE + COMMON,
        "a": FILE + COMMON,
        "b": HTTP + COMMON,
        "c": RBD + COMMON,
        "d": SWIFT + COMMON,
        "e": S3 + COMMON,
        "f": VMWARE + COMMON,
        "g": CINDER + COMMON,
        "h": FILE + COMMON,
        "ext_oauth2_auth": "introspect_endpoint=http://a/ audience=a "
        "auth_method=client_secret_basic client_id=a client_secret=hush-hush "
        "jwt_key_file=/x jwt_algorithm=a jwt_bearer_time_out=3600 "
        "mapping_project_id=a mapping_user_id=a mapping_roles=a "
        "thumbprint_verify=false token_cache_time=300 memcached_servers=a "
        "memcache_use_advanced_pool=true memcache_secret_key=hush-hush",
        "keystone_authtoken": f"{PASSWORD} timeout=5",
        "oslo_limit": f"{PASSWORD} auth_section=oslo_limit",
        "barbican_service_user": PASSWORD,
        "privsep_osbrick": PRIVSEP,
        "profiler_jaeger": "process_tags=a:b service_name_prefix=a",
        "profiler_otlp": "service_name_prefix=a",
    },
    "ceilometer": {
        **LIBRARIES,
        "ceilometer_sys_admin": PRIVSEP,
        "gnocchi": f"{SESSION} {PASSWORD} interface=internal region_name=a "
        "auth_section=gnocchi",
        "zaqar": f"{SESSION} interface=public region_name=a auth_section=elsewhere",
        "elsewhere": f"{SESSION} {PASSWORD} interface=public region_name=a",
        "service_credentials": "auth_type=v3applicationcredential "
        "auth_url=http://192.0.2.1/v3 application_credential_id=a "
        "application_credential_secret=hush-hush",
    },
}


@pytest.mark.parametrize("name", list(UNLISTED))
def test_every_option_that_is_read_and_listed_nowhere(
    status: ServiceStatus, tmp_path: Path, name: str
) -> None:
    groups = {
        group: [
            (option, value)
            for option, _, value in (each.partition("=") for each in options.split())
        ]
        for group, options in UNLISTED[name].items()
    }
    answer = judged(status, written(tmp_path / f"{name}.conf", groups))
    assert alarms(answer) == []
    assert "hush-hush" not in answer.run.output


def test_the_options_of_another_store_are_unknown_in_a_stores_group(
    status: ServiceStatus, tmp_path: Path
) -> None:
    conf = tmp_path / "glance.conf"
    conf.write_text(
        "[DEFAULT]\nenabled_backends = fast:file\n"
        "[database]\nconnection = sqlite:////x\n"
        "[fast]\nrbd_store_pool = images\n"
    )
    (alarm,) = alarms(judged(status, conf))
    assert "does not know [fast] rbd_store_pool" in alarm


OCTAVIA = """\
# As Kolla and DevStack write it.
[DEFAULT]
debug = False
log_dir = /var/log/kolla/octavia
use_journal = False
log_config_append =
default_log_levels = amqp=WARN,sqlalchemy=WARN,oslo.messaging=INFO,urllib3=WARN
logging_context_format_string = %(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s
logging_user_identity_format = %(user)s %(project)s %(domain)s
logging_exception_prefix = ERROR %(name)s %(instance)s
rate_limit_burst = 10
transport_url = rabbit://openstack:hush-hush@192.0.2.1:5672,openstack:hush-hush@192.0.2.2:5672//octavia
rpc_response_timeout = 60
executor_thread_pool_size = 64
[api_settings]
bind_host = 192.0.2.1
bind_port = 9876
auth_strategy = keystone
enabled_provider_drivers = amphora:The Octavia Amphora driver, octavia:Deprecated alias of it
allow_tls_terminated_listeners = True
healthcheck_enabled = True
[certificates]
ca_certificate = /etc/octavia/certs/server_ca.cert.pem
ca_private_key = /etc/octavia/certs/server_ca.key.pem
ca_private_key_passphrase = hush-hush
server_certs_key_passphrase = insecure-key-do-not-use-this-key
signing_digest = sha256
region_name = RegionOne
endpoint_type = internal
[haproxy_amphora]
server_ca = /etc/octavia/certs/server_ca.cert.pem
client_cert = /etc/octavia/certs/client.cert-and-key.pem
connection_max_retries = 120
build_rate_limit = 10
haproxy_template =
[database]
connection = sqlite:////nowhere/octavia.sqlite
connection_recycle_time = 10
max_pool_size = 1
max_retries = -1
mysql_sql_mode = TRADITIONAL
[service_auth]
auth_url = http://192.0.2.1:5000
auth_type = password
username = octavia
password = hush-hush
user_domain_name = Default
project_name = service
project_domain_name = Default
cafile = /etc/ssl/certs/ca-certificates.crt
[keystone_authtoken]
www_authenticate_uri = http://192.0.2.1:5000
auth_url = http://192.0.2.1:5000
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = octavia
password = hush-hush
interface = internal
region_name = RegionOne
service_token_roles = service
service_token_roles_required = True
memcache_security_strategy = ENCRYPT
memcache_secret_key = hush-hush
memcached_servers = 192.0.2.1:11211,192.0.2.2:11211
[health_manager]
bind_port = 5555
bind_ip = 192.0.2.1
heartbeat_key = insecure
controller_ip_port_list = 192.0.2.1:5555, 192.0.2.2:5555
stats_update_threads = 4
health_update_threads = 4
[controller_worker]
amp_ssh_key_name = octavia_ssh_key
amp_image_tag = amphora
amp_image_owner_id = 0123456789abcdef0123456789abcdef
amp_boot_network_list = 11111111-2222-3333-4444-555555555555
amp_secgroup_list = 11111111-2222-3333-4444-555555555555
amp_flavor_id = 11111111-2222-3333-4444-555555555555
client_ca = /etc/octavia/certs/client_ca.cert.pem
network_driver = allowed_address_pairs_driver
compute_driver = compute_nova_driver
amphora_driver = amphora_haproxy_rest_driver
image_driver = image_glance_driver
volume_driver = volume_noop_driver
loadbalancer_topology = ACTIVE_STANDBY
workers = 5
amp_active_retries = 100
amp_active_wait_sec = 2
statistics_drivers = stats_db
[networking]
reserved_ips = 169.254.169.254
[oslo_messaging]
topic = octavia_prov
[oslo_messaging_notifications]
transport_url = rabbit://openstack:hush-hush@192.0.2.1:5672//octavia
driver = messagingv2
driver = log
topics = notifications
[oslo_messaging_rabbit]
rabbit_quorum_queue = true
rabbit_transient_quorum_queue = true
use_queue_manager = true
ssl = true
ssl_ca_file = /etc/ssl/certs/ca-certificates.crt
[oslo_policy]
policy_file = /etc/octavia/policy.yaml
policy_dirs = policy.d
policy_dirs = more.d
[house_keeping]
load_balancer_expiry_age = 3600
amphora_expiry_age = 3600
cleanup_interval = 30
[glance]
region_name = RegionOne
endpoint_type = internal
[neutron]
region_name = RegionOne
auth_type = password
valid_interfaces = internal
[nova]
region_name = RegionOne
endpoint_type = internal
enable_anti_affinity = True
anti_affinity_policy = soft-anti-affinity
[task_flow]
engine = parallel
max_workers = 5
jobboard_enabled = True
jobboard_backend_driver = redis_taskflow_driver
jobboard_backend_hosts = 192.0.2.1,192.0.2.2
jobboard_backend_port = 6379
jobboard_backend_password = hush-hush
jobboard_redis_sentinel = kolla
jobboard_redis_backend_ssl_options = ssl:False,ssl_keyfile:None
persistence_connection = mysql+pymysql://octavia:hush-hush@192.0.2.1/octavia_persistence
[driver_agent]
status_socket_path = /var/run/octavia/status.sock
get_socket_path = /var/run/octavia/get.sock
stats_socket_path = /var/run/octavia/stats.sock
[amphora_agent]
forward_all_logs = False
admin_log_targets = 192.0.2.1:514
[cors]
allowed_origin = https://horizon.example,https://other.example
[healthcheck]
backends = octavia_db_check
[audit]
enabled = True
audit_map_file = /etc/octavia/audit_map.conf
[oslo_middleware]
enable_proxy_headers_parsing = True
[compute]
max_retries = 15
"""
GLANCE = """\
[DEFAULT]
debug = False
log_file = /var/log/kolla/glance/glance-api.log
enabled_backends = local:file, web:http, ceph:rbd, objects:swift, volumes:cinder
enabled_import_methods = [glance-direct,web-download,copy-image]
show_multiple_locations = True
show_image_direct_url = True
image_cache_max_size = 10737418240
image_cache_dir = /var/lib/glance/image-cache
worker_self_reference_url = http://192.0.2.1:9292
transport_url = rabbit://openstack:hush-hush@192.0.2.1:5672//
[database]
connection = mysql+pymysql://glance:hush-hush@192.0.2.1:3306/glance
[keystone_authtoken]
www_authenticate_uri = http://192.0.2.1:5000
auth_url = http://192.0.2.1:5000
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = glance
password = hush-hush
memcached_servers = 192.0.2.1:11211
[paste_deploy]
flavor = keystone+cachemanagement
[glance_store]
default_backend = local
[os_glance_tasks_store]
filesystem_store_datadir = /var/lib/glance/tasks_work_dir
[os_glance_staging_store]
filesystem_store_datadir = /var/lib/glance/staging
[local]
filesystem_store_datadir = /var/lib/glance/images/
store_description = Fast disks, for a start
weight = 100
[web]
https_insecure = False
[ceph]
rbd_store_user = glance
rbd_store_pool = images
rbd_store_chunk_size = 8
rbd_store_ceph_conf = /etc/ceph/ceph.conf
[objects]
swift_store_container = glance
swift_store_multiple_containers_seed = 32
swift_store_config_file = /etc/glance/glance-swift.conf
default_swift_reference = swift-ref
[volumes]
cinder_catalog_info = volume:cinder:internalURL
cinder_store_auth_address = http://192.0.2.1:5000/v3
cinder_store_project_name = service
cinder_store_user_name = glance
cinder_store_password = hush-hush
cinder_volume_type = ssd
rootwrap_config = /etc/glance/rootwrap.conf
[image_import_opts]
image_import_plugins = [image_conversion]
[image_conversion]
output_format = raw
[task]
work_dir = /var/lib/glance/work
[taskflow_executor]
conversion_format = raw
[oslo_limit]
auth_type = password
auth_url = http://192.0.2.1:5000
username = glance
password = hush-hush
user_domain_name = Default
system_scope = all
endpoint_id = 0123456789abcdef0123456789abcdef
[oslo_policy]
policy_file = /etc/glance/policy.yaml
[oslo_messaging_notifications]
driver = messagingv2
[oslo_middleware]
enable_proxy_headers_parsing = True
[cors]
allowed_origin = https://horizon.example
[profiler]
enabled = true
hmac_keys = hush-hush
connection_string = redis://192.0.2.1:6379
[barbican]
auth_endpoint = http://192.0.2.1:5000
"""
CEILOMETER = """\
[DEFAULT]
debug = False
log_dir = /var/log/kolla/ceilometer
polling_namespaces = compute,central
transport_url = rabbit://openstack:hush-hush@192.0.2.1:5672//
hypervisor_inspector = libvirt
host = node-1.example
[notification]
workers = 2
pipelines = meter
pipelines = event
[polling]
cfg_file = polling.yaml
[compute]
instance_discovery_method = libvirt_metadata
[service_credentials]
auth_url = http://192.0.2.1:5000
region_name = RegionOne
password = hush-hush
username = ceilometer
project_name = service
project_domain_id = default
user_domain_id = default
auth_type = password
interface = internal
cafile = /etc/ssl/certs/ca-certificates.crt
[service_types]
swift = object-store
[rgw_admin_credentials]
access_key = hush-hush
secret_key = hush-hush
[coordination]
backend_url = redis://192.0.2.1:6379
[event]
definitions_cfg_file = event_definitions.yaml
[publisher]
telemetry_secret = hush-hush
[oslo_messaging_notifications]
transport_url = rabbit://openstack:hush-hush@192.0.2.1:5672//
topics = notifications
[oslo_messaging_rabbit]
rabbit_quorum_queue = true
[cache]
backend = dogpile.cache.memcached
enabled = True
memcache_servers = 192.0.2.1:11211
"""


class TestFilesOfTheRealWorld:
    @pytest.mark.parametrize(
        ("name", "text"),
        [("octavia", OCTAVIA), ("glance", GLANCE), ("ceilometer", CEILOMETER)],
    )
    def test_nothing_in_it_is_unknown_or_invalid(
        self, status: ServiceStatus, tmp_path: Path, name: str, text: str
    ) -> None:
        conf = tmp_path / f"{name}.conf"
        conf.write_text(text)
        answer = judged(status, conf)
        assert alarms(answer) == []
        assert "hush-hush" not in answer.run.output


class TestWhatOsloConfigTakes:
    """Forms that are read as they are meant to be."""

    def test_references_continued_lines_comments_and_blanks(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        conf = tmp_path / "octavia.conf"
        conf.write_text(
            "# a comment\n; and one more = x\n\n[DEFAULT]\n"
            "log_dir = /var/log/octavia\n"
            "log_file = $log_dir/octavia.log\n"
            "default_log_levels = amqp=WARN,\n"
            "    sqlalchemy=WARN,\n"
            "    # = no comment here\n"
            "\tboto=WARN\n"
            "publish_errors: false\n"
            "debug=yes\n"
            "   \n"
            "[database]\n"
            "connection = mysql+pymysql://u:a$$b-hush@${api_settings.bind_host}/o\n"
            "[api_settings]\n"
            "bind_host = $health_manager.bind_ip\n"
            "bind_port = ${health_manager.bind_port}\n"
            "[health_manager]\n"
            "bind_ip = '192.0.2.1'\n"
            "bind_port = 5555\n"
        )
        answer = judged(status, conf)
        assert (answer.status, alarms(answer)) == ("success", [])
        assert "b-hush" not in answer.run.output

    def test_fragments_override(self, status: ServiceStatus, tmp_path: Path) -> None:
        conf = tmp_path / "octavia.conf"
        conf.write_text(
            "[DEFAULT]\ndebug = perhaps\n[database]\nconnection = sqlite:////x\n"
        )
        folder = tmp_path / "octavia.conf.d"
        folder.mkdir()
        (folder / "10-debug.conf").write_text("[DEFAULT]\ndebug = true\n")
        (folder / "20-api.conf").write_text("[api_settings]\nbind_port = 9876\n")
        (folder / "notes.txt").write_text("no configuration at all\n")
        assert alarms(judged(status, conf))  # without them
        answer = judged(status, conf, "--config-dir", folder)
        assert (answer.status, alarms(answer)) == ("success", [])

    def test_variables_of_other_programs(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        conf = written(
            tmp_path / "octavia.conf", {"database": [("connection", "sqlite:////x")]}
        )
        answer = judged(
            status,
            conf,
            OS_USERNAME="admin",
            OS_PASSWORD="hush-hush",
            OS_CLOUD="kolla",
            OS_AUTH_URL="http://192.0.2.1:5000",
            OS_PROJECT_DOMAIN_ID="default",
            OS_IDENTITY_API_VERSION="3",
            OS_NOVA_EXTRA__NOTHING="x",
            OS_OCTAVIA_TLS_STORAGE="/var/lib/octavia/certificates/",
            OS_TEST_TIMEOUT="60",
            OS_API_SETTINGS__BIND_PORT="9876",
        )
        assert (answer.status, alarms(answer)) == ("success", [])
        assert "hush-hush" not in answer.run.output


class TestAThirdPartysDriver:
    """A provider driver of another distribution, with a group of its own."""

    @pytest.fixture
    def provider(self, status: ServiceStatus, tmp_path: Path) -> ServiceStatus:
        """The command where the driver is installed."""
        plugins = Plugins(tmp_path / "plugins")
        plugins.install(
            "moat-octavia-provider",
            {
                "moat_provider.py": """
                    from oslo_config import cfg
                    def list_opts():
                        yield "moat", [
                            cfg.URIOpt("moat_connection", schemes=["tcp"]),
                            cfg.PortOpt("depth", default=3),
                        ]
                """
            },
            {
                "octavia.api.drivers": {"moat": "moat_provider:list_opts"},
                "oslo.config.opts": {
                    "octavia.api.drivers.moat": "moat_provider:list_opts"
                },
            },
        )
        return ServiceStatus(status.home, plugins.folder)

    @pytest.fixture
    def conf(self, tmp_path: Path) -> Path:
        return tmp_path / "octavia.conf"

    def _write(self, conf: Path, drivers: str, depth: str = "4") -> None:
        conf.write_text(
            "[database]\nconnection = sqlite:////x\n"
            f"[api_settings]\nenabled_provider_drivers = {drivers}\n"
            f"[moat]\nmoat_connection = tcp://192.0.2.1:6641\ndepth = {depth}\n"
        )

    def test_its_options_are_known_where_it_is_enabled(
        self, provider: ServiceStatus, conf: Path
    ) -> None:
        self._write(conf, "amphora:The usual one, moat:With water")
        answer = judged(provider, conf)
        assert (answer.status, alarms(answer)) == ("success", [])

    def test_and_judged(self, provider: ServiceStatus, conf: Path) -> None:
        self._write(conf, "moat:With water", depth="very")
        answer = judged(provider, conf)
        assert answer.status == "failure"
        assert "[moat] depth = 'very' is not valid" in answer.finding["message"]

    def test_they_are_unknown_where_it_is_not_enabled(
        self, provider: ServiceStatus, conf: Path
    ) -> None:
        self._write(conf, "amphora:The usual one")
        answer = judged(provider, conf)
        assert answer.status == "warning"
        assert "does not know the group [moat]" in answer.finding["message"]

    def test_and_where_it_is_not_installed(
        self, status: ServiceStatus, conf: Path
    ) -> None:
        self._write(conf, "amphora:The usual one, moat:With water")
        answer = judged(status, conf)
        assert answer.status == "warning"
        assert "does not know the group [moat]" in answer.finding["message"]
        assert "install the package that owns it" in answer.finding["remedy"]
