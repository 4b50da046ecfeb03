"""Whatever is wrong on the way to the images, ``octavia.amphora-image`` says it."""

from __future__ import annotations

import contextlib
import json
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from tests.functional import fakes
from tests.functional.deployment import IMAGE_CHECK
from tests.functional.deployment import Answer
from tests.functional.deployment import AskImage
from tests.functional.deployment import OctaviaConf
from tests.functional.deployment import asked_at_once
from tests.functional.deployment import joined
from tests.functional.fakes import Fake
from tests.functional.servers.identity import Identity
from tests.functional.servers.image import Image
from tests.functional.servers.image import ImageWithIdentity
from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import free_port
from tests.functional.servers.settings import Sections
from tests.unit.command import ServiceStatus

OWNER = "0123456789abcdef0123456789abcdef"
BOOTS: Sections = {
    "controller_worker": {"amp_image_tag": "amphora", "amp_image_owner_id": OWNER}
}


@pytest.fixture(scope="module")
def as_octavia(
    identity_service: Identity, image_service_with_identity: ImageWithIdentity
) -> dict[str, dict[str, object]]:
    """An octavia.conf without a fault."""
    assert image_service_with_identity.identity is identity_service
    return joined(
        BOOTS,
        {
            "service_auth": {**identity_service.service_auth()},
            "glance": {"region_name": identity_service.region},
        },
    )


#: By what is wrong: the group and what it holds, what is said, and of which option.
CREDENTIALS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "wrong password": (
        "service_auth",
        {"password": "Wr0ng-S3cret"},
        "Keystone refuses the credentials of [service_auth] (401)",
        "auth_url",
    ),
    "unknown project": (
        "service_auth",
        {"project_name": "nonesuch"},
        "Keystone refuses the credentials of [service_auth] (401)",
        "auth_url",
    ),
    "no project": (
        "service_auth",
        {"project_name": None},
        "the service catalogue has no such Image service",
        "region_name",
    ),
    "no username": (
        "service_auth",
        {"username": None},
        "Keystone refuses the request of [service_auth] (400): Invalid input",
        "auth_url",
    ),
    "no auth_url": (
        "service_auth",
        {"auth_url": None},
        "[service_auth] is not complete",
        "auth_type",
    ),
    "no auth_type": (
        "service_auth",
        {"auth_type": None},
        "[service_auth] auth_type is not set",
        "",
    ),
    "unknown auth_type": (
        "service_auth",
        {"auth_type": "pasword"},
        "[service_auth] auth_type names an unknown plug-in",
        "auth_type",
    ),
    "wrong region": (
        "glance",
        {"region_name": "Nowhere"},
        "publicURL endpoint for image service in Nowhere region not found",
        "region_name",
    ),
    "wrong interface": (
        "glance",
        {"endpoint_type": "secretURL"},
        "secretURL endpoint for image service in RegionOne region not found",
        "region_name",
    ),
    "wrong service name": (
        "glance",
        {"service_name": "nonesuch"},
        "named nonesuch in RegionOne region not found",
        "service_name",
    ),
    "Keystone down": (
        "service_auth",
        {"auth_url": "http://127.0.0.1:1/v3"},
        "cannot connect to Keystone at http://127.0.0.1:1: Connection refused",
        "auth_url",
    ),
    "Keystone not found": (
        "service_auth",
        {"auth_url": "http://keystone.invalid/v3"},
        "cannot connect to Keystone at http://keystone.invalid: Name",
        "auth_url",
    ),
    "endpoint down": (
        "glance",
        {"endpoint": "http://127.0.0.1:1"},
        "the Image service at http://127.0.0.1:1: Connection refused",
        "endpoint",
    ),
    "endpoint without a scheme": (
        "glance",
        {"endpoint": "glance:9292"},
        "the address of the Image service cannot be used",
        "endpoint",
    ),
    "endpoint that is no URL": (
        "glance",
        {"endpoint": "http://[::1"},
        "the address of the Image service cannot be used",
        "endpoint",
    ),
    "auth_url that is no URL": (
        "service_auth",
        {"auth_url": "http://" + "k" * 70},
        "the address of Keystone cannot be used",
        "auth_url",
    ),
}


@pytest.fixture(scope="module")
def refusals(ask_image: AskImage, as_octavia: Sections) -> dict[str, Answer]:
    """What is said of each of them."""
    faults = [{group: changed} for group, changed, _, _ in CREDENTIALS.values()]
    answers = asked_at_once(ask_image, *(joined(as_octavia, each) for each in faults))
    return dict(zip(CREDENTIALS, answers, strict=True))


class TestCredentials:
    @pytest.mark.parametrize("wrong", CREDENTIALS)
    def test_each_fault_of_theirs_is_told_and_no_password(
        self, refusals: dict[str, Answer], identity_service: Identity, wrong: str
    ) -> None:
        _, _, message, option = CREDENTIALS[wrong]

        answer = refusals[wrong]

        assert_not_verified(answer, message)
        assert answer.finding["location"] == place_of(option, answer.conf)
        for secret in (identity_service.password, "Wr0ng-S3cret"):
            assert secret not in answer.run.output

    def test_a_web_server_that_is_no_keystone_is_told(
        self, ask_image: AskImage, as_octavia: Sections
    ) -> None:
        with Fake(fakes.says(200, b"<html>Welcome</html>", "text/html")) as fake:
            answer = ask_image(as_octavia, {"service_auth": {"auth_url": fake.url}})

        assert_not_verified(answer, "what answers is not Keystone")

    def test_an_error_of_keystone_is_told_as_keystones(
        self, ask_image: AskImage, as_octavia: Sections
    ) -> None:
        with Fake(fakes.says(503, b"{}")) as fake:
            url = {"auth_type": "v3password", "auth_url": f"{fake.url}/v3"}
            answer = ask_image(as_octavia, {"service_auth": url})

        assert_not_verified(answer, "Keystone answers with an error")
        assert "503" in answer.finding["message"]

    def test_a_role_that_is_missing_for_the_list_is_told_as_the_image_services(
        self, ask_image: AskImage, as_octavia: Sections
    ) -> None:
        with Fake(fakes.says(403, b"{}")) as fake:
            answer = ask_image(as_octavia, {"glance": {"endpoint": fake.url}})

        assert_not_verified(answer, "the Image service forbids")


ERRORS = {
    401: "the Image service refuses the credentials of [service_auth] (401)",
    403: "the Image service forbids what the credentials of",
    404: "the Image service is not at its address (404)",
    500: "the Image service answers with an error",
}
NO_LISTS = {
    "HTML": (b"<html><body>It works!</body></html>", "text/html"),
    "no list of images": (b'{"servers": []}', "application/json"),
    "no list at all": (b'{"images": {}}', "application/json"),
    "nothing for images": (b'{"images": null}', "application/json"),
    "images without an id": (b'{"images": [{"name": "a"}]}', "application/json"),
    "half a document": (b'{"images": [{"id": ', "application/json"),
    "deep nesting": (b"[" * 100_000, "application/json"),
    "no text": (b"\xff\xfe\x00\x80", "application/json"),
    "an empty body": (b"", ""),
}


class TestAnImageServiceThatMisbehaves:
    def test_its_errors_are_told(self, ask_image: AskImage) -> None:
        page = b"<html>" + b"no " * 5000
        with contextlib.ExitStack() as stack:
            servers = [
                stack.enter_context(Fake(fakes.says(code, page, "text/html")))
                for code in ERRORS
            ]
            answers = asked_at_once(ask_image, *(asking(fake.url) for fake in servers))

        for code, answer in zip(ERRORS, answers, strict=True):
            assert_not_verified(answer, ERRORS[code])
            assert str(code) in answer.finding["message"]
            assert len(answer.finding["message"]) < 300

    def test_what_is_no_list_of_images_is_told(self, ask_image: AskImage) -> None:
        with contextlib.ExitStack() as stack:
            servers = [
                stack.enter_context(Fake(fakes.says(200, *each)))
                for each in NO_LISTS.values()
            ]
            answers = asked_at_once(ask_image, *(asking(fake.url) for fake in servers))

        for fake, answer, (_, kind) in zip(
            servers, answers, NO_LISTS.values(), strict=True
        ):
            assert_not_verified(answer, f"at {fake.url}/v2/images is no Image service")
            assert (kind or "no type at all") in answer.finding["message"]

    def test_one_that_pages_for_ever_is_asked_for_one_page(
        self, ask_image: AskImage
    ) -> None:
        with Fake(fakes.pages_for_ever) as fake:
            answer = ask_image(asking(fake.url))

        assert answer.status == "warning"
        assert "at least 25 active images" in answer.finding["message"]
        (path,) = fake.asked
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
        assert query == {
            "tag": ["amphora"],
            "status": ["active"],
            "owner": [OWNER],
            "sort": ["created_at:desc"],
            "limit": ["25"],
        }

    def test_one_that_pages_for_ever_without_an_image_is_not_followed(
        self, ask_image: AskImage
    ) -> None:
        page = {"images": [], "next": "/v2/images?marker=1"}
        with Fake(fakes.says(200, json.dumps(page).encode())) as fake:
            answer = ask_image(asking(fake.url))

        assert answer.status == "failure"
        assert not [path for path in fake.asked if "marker" in path]
        assert len(fake.asked) < 5

    def test_one_that_redirects_for_ever_is_told(self, ask_image: AskImage) -> None:
        def redirects(request: fakes.Request) -> None:
            request.send_response(302)
            address = request.headers["Host"]
            request.send_header("Location", f"http://{address}{request.path}")
            request.send_header("Content-Length", "0")
            request.end_headers()

        with Fake(redirects) as fake:
            answer = ask_image(asking(fake.url))

        assert_not_verified(answer, "is no Image service")
        assert len(fake.asked) < 50

    def test_a_connection_that_is_cut_half_way_is_told(
        self, ask_image: AskImage
    ) -> None:
        with Fake(fakes.breaks_off) as fake:
            answer = ask_image(asking(fake.url))

        assert_not_verified(answer, "the connection to the Image service broke")

    def test_one_that_hangs_up_is_told(self, ask_image: AskImage) -> None:
        with Fake(fakes.hangs_up) as fake:
            answer = ask_image(asking(fake.url))

        assert_not_verified(answer, "cannot connect to the Image service")
        assert "closed connection without response" in answer.finding["message"]

    def test_one_that_speaks_no_tls_is_told(self, ask_image: AskImage) -> None:
        with Fake(fakes.says(200, b'{"images": []}')) as fake:
            answer = ask_image(asking(fake.url.replace("http:", "https:")))

        assert_not_verified(answer, "the TLS connection to the Image service at https")

    def test_one_that_never_answers_costs_the_clients_own_patience(
        self, ask_image: AskImage
    ) -> None:
        patience: Sections = {"service_auth": {"timeout": 1}}
        with fakes.deaf() as url:
            answers = asked_at_once(
                ask_image,
                joined(asking(url), patience),
                joined(asking(url.replace("http", "https")), patience),
            )

        for answer in answers:
            assert_not_verified(answer, "did not answer in time")
            assert answer.run.seconds < 40

    def test_what_else_was_found_is_not_lost(
        self, ask_image: AskImage, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        missing = tmp_path_factory.mktemp("no") / "octavia.sqlite"

        answer = ask_image(
            asking(f"http://{LOOPBACK}:{free_port()}"),
            {
                "database": {"connection": f"sqlite:///{missing}"},
                "controller_worker": {"amp_image_owner_id": None},
            },
        )

        assert answer.status == "error"
        assert "flavor profiles are not verified" in answer.messages
        assert "cannot connect to the Image service" in answer.messages
        assert "amp_image_owner_id is not set" in answer.messages


class TestTheOtherChecks:
    def test_answer_although_the_image_service_never_does(
        self, status: ServiceStatus, octavia_conf: OctaviaConf, octavia_sqlite_old: str
    ) -> None:
        database: Sections = {"database": {"connection": octavia_sqlite_old}}
        with fakes.deaf() as url:
            conf = octavia_conf(joined(asking(url), database))
            run = status(
                "--config-file",
                conf,
                *("upgrade", "check", "--json", "octavia", "--timeout", "8"),
            )

        assert run.rows[IMAGE_CHECK]["details"] == (
            "The check gave no answer within 8 seconds."
        )
        statuses = run.statuses
        assert statuses.pop(IMAGE_CHECK) == "error"
        assert statuses["octavia.database-revision"] == "success"
        assert not {"error"} & set(statuses.values())
        assert "Traceback" not in run.output
        assert run.seconds < 40

    def test_are_the_same_whatever_the_image_service_does(
        self,
        status: ServiceStatus,
        octavia_conf: OctaviaConf,
        octavia_sqlite_old: str,
        image_service: Image,
    ) -> None:
        def rows(url: str) -> dict[str, Any]:
            database: Sections = {"database": {"connection": octavia_sqlite_old}}
            conf = octavia_conf(joined(asking(url), database))
            found = status(
                "--config-file", conf, "upgrade", "check", "--json", "octavia"
            ).rows
            assert found.pop(IMAGE_CHECK)
            return {id: {**row, "seconds": 0} for id, row in found.items()}

        with Fake(fakes.says(200, b"<html>", "text/html")) as fake:
            assert rows(fake.url) == rows(image_service.url)


def place_of(option: str, file: Path | None) -> str:
    """Where an option stands; the group of credentials where it does not."""
    assert file is not None
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if option and line.startswith(f"{option} ="):
            return f"{file}:{number}"
    return "[service_auth]"


def asking(endpoint: str) -> Sections:
    """An octavia.conf that leads to the Image service at once, without Keystone."""
    return joined(
        BOOTS,
        {
            "service_auth": {"auth_type": "none"},
            "glance": {"endpoint": endpoint},
        },
    )


def assert_not_verified(answer: Answer, message: str) -> None:
    assert (answer.status, answer.run.code) == ("error", 255)
    assert message in answer.finding["message"]
    assert answer.finding["remedy"]
    assert "check raised" not in answer.finding["message"]
    # The sentence of the row says the same.
    assert answer.details[1:] == f"{answer.finding['message'][1:]}."
