"""What the bundled services share: options that libraries read but list nowhere.

Found by watching every registration of an option while all modules of Octavia
19.0.0, Glance 33.0.0 and Ceilometer 27.0.0 were loaded.
"""

from upgradecheck.place import Place


def places(**groups: str) -> tuple[Place, ...]:
    """Options by group, their names apart by blanks; ``*`` stands for any."""
    return tuple((group, name) for group in groups for name in groups[group].split())


MESSAGING = places(
    oslo_messaging_metrics="metrics_enabled metrics_buffer_size metrics_socket_file "
    "metrics_process_name metrics_thread_stop_timeout",
    oslo_messaging_notifications="routing_config",
    oslo_messaging_tracing="tracing_enabled tracing_service_name "
    "otel_exporter_otlp_endpoint otlp_protocol insecure",
)
API = places(
    audit="namespace",
    key_manager="fixed_key",
    oslo_middleware="http_basic_auth_user_file",
)
#: keystoneauth's adapter options, which some services register unlisted.
ADAPTER = (
    "service_type service_name valid_interfaces interface region_name "
    "endpoint_override version min_version max_version connect_retries "
    "connect_retry_delay status_code_retries status_code_retry_delay "
    "retriable_status_codes"
)
#: keystoneauth's session and common options.
SESSION = (
    "auth_type auth_section cafile certfile keyfile insecure timeout collect_timing "
    "split_loggers tls_ciphers tls_min_version"
)
