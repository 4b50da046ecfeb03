"""``octavia.amphora-image`` tells what the real Octavia would boot."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import sqlite3
import sys
import uuid
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1.adapter import Adapter

from tests.functional.deployment import AskImage
from tests.functional.deployment import OctaviaConf
from tests.functional.deployment import asked_at_once
from tests.functional.deployment import joined
from tests.functional.fakes import Authority
from tests.functional.fakes import Fake
from tests.functional.fakes import front_of
from tests.functional.servers import program
from tests.functional.servers.identity import Identity
from tests.functional.servers.image import Image
from tests.functional.servers.image import ImageWithIdentity
from tests.functional.servers.settings import Sections

OWNER = "0123456789abcdef0123456789abcdef"

#: Puts a flavor profile into a database of the test's own.
AddProfile = Callable[..., str]


@pytest.fixture
def tag() -> str:
    """A tag that no other test uses."""
    return f"amphora-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def booting(image_service: Image, tag: str) -> dict[str, dict[str, object]]:
    """An octavia.conf that boots what carries the tag, from Glance without users."""
    return {
        "service_auth": {"auth_type": "none", "endpoint": image_service.url},
        "controller_worker": {"amp_image_tag": tag, "amp_image_owner_id": OWNER},
    }


@pytest.fixture
def as_octavia(
    identity_service: Identity, image_service_with_identity: ImageWithIdentity, tag: str
) -> dict[str, dict[str, object]]:
    """An octavia.conf that boots what carries the tag, as a user of Keystone."""
    assert image_service_with_identity.identity is identity_service
    return {
        "service_auth": {**identity_service.service_auth()},
        "glance": {"region_name": identity_service.region},
        "controller_worker": {
            "amp_image_tag": tag,
            "amp_image_owner_id": identity_service.project_id,
        },
    }


class TestAnImage:
    def test_exactly_one_is_fine_and_described(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        image_id = image_service.upload("amphora-x64", [tag], owner=OWNER)
        make_older(image_service, image_id, days=12)

        answer = ask_image(booting)

        assert answer.details == (
            f"Tag {tag} ([controller_worker] amp_image_tag): image {image_id} "
            f"(amphora-x64), owner {OWNER}, 12 days old."
        )
        assert (answer.status, answer.findings, answer.run.code) == ("success", [], 0)

    def test_of_several_the_newest_is_named_and_the_rest_are_to_be_untagged(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        newest, oldest, between = (
            image_service.upload(name, [tag], owner=OWNER) for name in "abc"
        )
        make_older(image_service, between, days=1)
        make_older(image_service, oldest, days=2)

        answer = ask_image(booting)

        assert (answer.status, answer.run.code) == ("warning", 1)
        assert newest in answer.details
        assert answer.finding["location"] == f"image {newest}"
        assert f"takes the newest, {newest}" in answer.finding["message"]
        assert f"--tag {tag}" in answer.finding["remedy"]
        assert answer.finding["remedy"].endswith(f"{between}, {oldest}")

    def test_none_is_a_failure_where_the_tag_is_configured(
        self, ask_image: AskImage, booting: Sections, tag: str
    ) -> None:
        answer = ask_image(booting)

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert f"carries the tag {tag}" in answer.finding["message"]
        assert "octavia.conf:" in answer.finding["location"]
        assert f"openstack image set --tag {tag}" in answer.finding["remedy"]

    def test_each_one_that_is_not_listed_as_active_is_a_failure_that_says_why(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        cures = {
            "queued": "Upload the data",
            "deactivated": "image set --activate",
            "hidden": "image set --unhidden",
        }
        images = {state: upload_as(state, image_service, tag) for state in cures}

        answer = ask_image(booting)

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert len(answer.findings) == 3
        for state, cure in cures.items():
            finding = answer.finding_at(f"image {images[state]}")
            assert f"is {state}, so Octavia does not find it" in finding["message"]
            assert cure in finding["remedy"]

    def test_one_that_is_not_listed_does_not_disturb_one_that_is(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        upload_as("deactivated", image_service, tag)
        image_id = image_service.upload("amphora", [tag], owner=OWNER)

        answer = ask_image(booting)

        assert answer.status == "success"
        assert image_id in answer.details

    def test_one_of_another_project_is_a_failure_that_names_both(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        image_service.upload("amphora", [tag], owner="someone", visibility="public")

        answer = ask_image(booting)

        assert answer.status == "failure"
        assert (
            f"belongs to the project someone, not to {OWNER}"
            in answer.finding["message"]
        )
        assert "octavia.conf:" in answer.finding["location"]


class TestNoOwner:
    def test_it_is_a_warning_whatever_the_visibility(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        kinds = ("private", "shared", "public")
        for kind in kinds:
            image_service.upload(
                "amphora", [f"{tag}-{kind}"], owner="someone", visibility=kind
            )

        answers = asked_at_once(
            ask_image,
            *(
                joined(
                    booting,
                    no_owner(),
                    {"controller_worker": {"amp_image_tag": f"{tag}-{kind}"}},
                )
                for kind in kinds
            ),
        )

        for answer in answers:
            assert (answer.status, answer.run.code) == ("warning", 1)
            assert "amp_image_owner_id is not set" in answer.finding["message"]
            assert "amp_image_owner_id = someone" in answer.finding["remedy"]

    def test_all_owners_are_named_where_there_are_several(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        for owner in ("someone", "somebody"):
            image_service.upload("amphora", [tag], owner=owner)

        answer = ask_image(booting, no_owner())

        several, unowned = answer.findings
        assert "2 active images carry" in several["message"]
        assert "someone" in unowned["remedy"]
        assert "somebody" in unowned["remedy"]

    def test_an_empty_owner_is_none(
        self, ask_image: AskImage, image_service: Image, booting: Sections, tag: str
    ) -> None:
        image_service.upload("amphora", [tag], owner="someone")

        answer = ask_image(booting, {"controller_worker": {"amp_image_owner_id": ""}})

        assert answer.status == "warning"

    def test_it_is_told_beside_a_missing_image(
        self, ask_image: AskImage, booting: Sections
    ) -> None:
        answer = ask_image(booting, no_owner())

        assert answer.status == "failure"
        assert len(answer.findings) == 2


class TestTheTag:
    @pytest.mark.parametrize("value", ["", None], ids=["empty", "not set"])
    def test_without_one_nothing_is_found(
        self, ask_image: AskImage, booting: Sections, value: str | None
    ) -> None:
        answer = ask_image(booting, {"controller_worker": {"amp_image_tag": value}})

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert "amp_image_tag is not set" in answer.finding["message"]

    def test_without_one_no_service_need_answer(
        self, ask_image: AskImage, booting: Sections
    ) -> None:
        answer = ask_image(
            booting,
            {
                "controller_worker": {"amp_image_tag": None},
                "service_auth": {"auth_type": None},
            },
        )

        assert answer.status == "failure"

    def test_it_may_stand_in_the_environment(
        self, ask_image: AskImage, image_service: Image, booting: Sections
    ) -> None:
        tag = f"from-outside-{uuid.uuid4().hex}"
        image_id = image_service.upload("amphora", [tag], owner=OWNER)
        variable = "OS_CONTROLLER_WORKER__AMP_IMAGE_TAG"

        answer = ask_image(booting, env={variable: tag})
        misspelt = ask_image(booting, env={variable: "no-such-tag"})

        assert answer.status == "success"
        assert image_id in answer.details
        assert misspelt.finding["location"] == f"environment {variable}"

    def test_it_may_be_any_text(
        self, ask_image: AskImage, image_service: Image, booting: Sections
    ) -> None:
        odd = f"größe, a b&c=d 100%+#/?-{uuid.uuid4().hex}"
        image_id = image_service.upload("amphora", [odd], owner=OWNER)

        answer = ask_image(booting, {"controller_worker": {"amp_image_tag": odd}})

        assert answer.status == "success"
        assert image_id in answer.details


@pytest.fixture
def profiles(octavia_sqlite_old: str, tmp_path: Path) -> Path:
    """A database of Octavia for flavor profiles of the test's own."""
    source = octavia_sqlite_old.removeprefix("sqlite:///")
    return Path(shutil.copy(source, tmp_path / "profiles.sqlite"))


@pytest.fixture
def add_profile(profiles: Path) -> AddProfile:
    def add(data: str, provider: str = "amphora", name: str = "big") -> str:
        row = str(uuid.uuid4())
        with contextlib.closing(sqlite3.connect(profiles)) as database, database:
            database.execute(
                "INSERT INTO flavor_profile (id, name, provider_name, flavor_data) "
                "VALUES (?, ?, ?, ?)",
                (row, name, provider, data),
            )
        return row

    return add


@pytest.fixture
def with_profiles(
    booting: Sections, profiles: Path, image_service: Image, tag: str
) -> dict[str, dict[str, object]]:
    """An octavia.conf whose own tag has its image, and that database."""
    image_service.upload("amphora", [tag], owner=OWNER)
    return joined(booting, {"database": {"connection": f"sqlite:///{profiles}"}})


class TestFlavorProfiles:
    def test_a_tag_of_their_own_is_judged_too(
        self,
        ask_image: AskImage,
        with_profiles: Sections,
        add_profile: AddProfile,
        tag: str,
    ) -> None:
        rows = {
            name: add_profile(f'{{"amp_image_tag": "no-{name}"}}', name, name)
            for name in ("amphora", "amphorav2", "octavia")
        }

        answer = ask_image(with_profiles)

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert f"Tag {tag} ([controller_worker] amp_image_tag): image" in answer.details
        assert len(answer.findings) == 3
        for name, row in rows.items():
            message = answer.finding_at(f"table flavor_profile, id {row}")["message"]
            assert f"the tag no-{name} of flavor profile '{name}'" in message

    def test_one_whose_tag_has_its_image_is_fine(
        self,
        ask_image: AskImage,
        image_service: Image,
        with_profiles: Sections,
        add_profile: AddProfile,
        tag: str,
    ) -> None:
        image_id = image_service.upload("amphora-big", [f"{tag}-big"], owner=OWNER)
        add_profile(f'{{"amp_image_tag": "{tag}-big"}}')

        answer = ask_image(with_profiles)

        assert answer.status == "success"
        assert f"Tag {tag}-big (flavor profile 'big'): image {image_id}" in (
            answer.details
        )

    def test_a_tag_that_several_name_is_judged_once(
        self,
        ask_image: AskImage,
        with_profiles: Sections,
        add_profile: AddProfile,
        tag: str,
    ) -> None:
        for name in ("one", "two"):
            add_profile('{"amp_image_tag": "no-such-tag"}', name=name)
            add_profile(f'{{"amp_image_tag": "{tag}"}}', name=f"{name} more")

        answer = ask_image(with_profiles)

        assert "flavor profile 'one'" in answer.finding["message"]
        assert answer.details.count(f"Tag {tag} ") == 1

    def test_an_empty_tag_is_a_failure(
        self, ask_image: AskImage, with_profiles: Sections, add_profile: AddProfile
    ) -> None:
        row = add_profile('{"amp_image_tag": ""}')

        answer = ask_image(with_profiles)

        assert answer.status == "failure"
        assert answer.finding["location"] == f"table flavor_profile, id {row}"

    def test_those_without_a_tag_and_those_of_other_providers_do_not_count(
        self, ask_image: AskImage, with_profiles: Sections, add_profile: AddProfile
    ) -> None:
        add_profile('{"loadbalancer_topology": "SINGLE"}')
        add_profile('{"amp_image_tag": "no-such-tag"}', provider="ovn")
        add_profile("{", provider="ovn")

        assert ask_image(with_profiles).status == "success"

    def test_malformed_ones_are_told_and_the_rest_is_judged(
        self,
        ask_image: AskImage,
        with_profiles: Sections,
        add_profile: AddProfile,
        tag: str,
    ) -> None:
        texts = ['{"amp_image_tag": ', "[]", "", "null", "[" * 100_000]
        rows = [add_profile(text) for text in texts]

        answer = ask_image(with_profiles)

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert f"Tag {tag} ([controller_worker] amp_image_tag): image" in answer.details
        assert len(answer.findings) == len(rows)
        for row in rows:
            finding = answer.finding_at(f"table flavor_profile, id {row}")
            assert "the profile 'big' is malformed" in finding["message"]
            assert finding["remedy"].endswith(row)

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("sqlite:///{place}/missing.sqlite", "no such file"),
            ("sqlite:///{place}/empty.sqlite", "no such table: flavor_profile"),
            ("mysql+pymysql://octavia:S3cret-Word@127.0.0.1:1/o", "Can't connect"),
            ("", "is empty"),
            (None, "is not set"),
        ],
        ids=["no file", "no table", "no server", "empty", "not set"],
    )
    def test_where_they_cannot_be_read_the_configured_tag_is_still_judged(
        self,
        ask_image: AskImage,
        with_profiles: Sections,
        tag: str,
        tmp_path: Path,
        url: str | None,
        why: str,
    ) -> None:
        sqlite3.connect(tmp_path / "empty.sqlite").close()
        connection = url and url.format(place=tmp_path)

        answer = ask_image(with_profiles, {"database": {"connection": connection}})

        assert (answer.status, answer.run.code) == ("error", 255)
        assert "tags of flavor profiles are not verified" in answer.finding["message"]
        assert why in answer.finding["message"]
        assert f"Tag {tag} ([controller_worker] amp_image_tag): image" in answer.details
        assert "S3cret-Word" not in answer.run.output
        assert not (tmp_path / "missing.sqlite").exists()

    def test_where_they_cannot_be_read_a_missing_image_is_told_as_well(
        self, ask_image: AskImage, booting: Sections, tag: str, tmp_path: Path
    ) -> None:
        connection = f"sqlite:///{tmp_path}/missing.sqlite"

        answer = ask_image(booting, {"database": {"connection": connection}})

        assert answer.status == "error"
        assert "flavor profiles are not verified" in answer.messages
        assert f"carries the tag {tag}" in answer.messages


class TestSkipped:
    def test_where_no_amphora_driver_is_enabled(
        self, ask_image: AskImage, booting: Sections
    ) -> None:
        drivers = {"enabled_provider_drivers": "ovn: Open Virtual Network"}

        answer = ask_image(booting, {"api_settings": drivers})

        assert (answer.status, answer.run.code) == ("skipped", 0)
        assert "enabled_provider_drivers: ovn" in answer.details

    def test_where_the_image_driver_is_the_no_op_one(
        self, ask_image: AskImage, booting: Sections
    ) -> None:
        driver = {"image_driver": "image_noop_driver"}

        answer = ask_image(booting, {"controller_worker": driver})

        assert (answer.status, answer.run.code) == ("skipped", 0)
        assert "image_noop_driver" in answer.details


class TestOctaviaItself:
    def test_boots_the_one_image_that_is_told(
        self,
        ask_image: AskImage,
        octavia_conf: OctaviaConf,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_id = image_service_with_identity.upload("amphora", [tag])

        answer = ask_image(as_octavia)

        assert answer.status == "success"
        assert f"image {image_id}" in answer.details
        assert octavias_image(octavia_conf(as_octavia), tag) == image_id

    def test_boots_the_newest_of_several_as_it_is_told(
        self,
        ask_image: AskImage,
        octavia_conf: OctaviaConf,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        glance = image_service_with_identity
        newest, oldest, between = (glance.upload(name, [tag]) for name in "abc")
        make_older(glance, between, days=1)
        make_older(glance, oldest, days=2)
        upload_as("deactivated", glance, tag, owner=None)

        answer = ask_image(as_octavia)

        assert answer.status == "warning"
        assert answer.finding["location"] == f"image {newest}"
        assert octavias_image(octavia_conf(as_octavia), tag) == newest

    def test_boots_another_projects_image_where_no_owner_is_set(
        self,
        ask_image: AskImage,
        octavia_conf: OctaviaConf,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_id = image_service_with_identity.upload("amphora", [tag], owner=OWNER)

        answer = ask_image(as_octavia, no_owner())

        assert f"amp_image_owner_id = {OWNER}" in answer.finding["remedy"]
        assert octavias_image(octavia_conf(as_octavia), tag) == image_id

    def test_finds_no_community_image_of_another_project(
        self,
        ask_image: AskImage,
        octavia_conf: OctaviaConf,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_id = image_service_with_identity.upload(
            "amphora", [tag], OWNER, visibility="community"
        )

        answer = ask_image(as_octavia, no_owner())

        assert answer.status == "failure"
        assert f"{image_id} (amphora) carries the tag {tag} but is community" in (
            answer.messages
        )
        with pytest.raises(program.ProgramFailure, match="ImageGetException"):
            octavias_image(octavia_conf(as_octavia), tag)

    def test_finds_nothing_at_an_endpoint_that_ends_in_v2(
        self,
        ask_image: AskImage,
        octavia_conf: OctaviaConf,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        glance = image_service_with_identity
        glance.upload("amphora", [tag])
        configuration = joined(as_octavia, {"glance": {"endpoint": f"{glance.url}/v2"}})

        answer = ask_image(configuration)

        assert answer.status == "error"
        assert "(404)" in answer.finding["message"]
        assert "must not end in /v2" in answer.finding["remedy"]
        with pytest.raises(program.ProgramFailure, match="HTTPNotFound"):
            octavias_image(octavia_conf(configuration), tag)


class TestTheWayToTheImageService:
    def test_the_endpoint_that_is_configured_wins_over_the_catalogue(
        self,
        ask_image: AskImage,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_service_with_identity.upload("amphora", [tag])

        with Fake(front_of(image_service_with_identity.url)) as front:
            answer = ask_image(
                as_octavia, {"glance": {"endpoint": front.url, "region_name": "none"}}
            )

        assert answer.status == "success"
        assert len(front.asked) == 1

    def test_region_interface_and_name_choose_in_the_catalogue(
        self,
        ask_image: AskImage,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_service_with_identity.upload("amphora", [tag])

        # A path, as DevStack has one, stays part of the address.
        with (
            Fake(front_of(image_service_with_identity.url, "/image")) as front,
            in_catalogue(identity_service, f"{front.url}/image", "internal") as at,
        ):
            chosen = {"region_name": at["region"], "service_name": at["name"]}
            here = joined(as_octavia, {"glance": chosen})
            answers = asked_at_once(
                ask_image,
                joined(here, {"glance": {"endpoint_type": "internalURL"}}),
                joined(here, {"glance": {"endpoint_type": "internal"}}),
                joined(here, {"glance": {"endpoint_type": "publicURL"}}),
                joined(
                    here,
                    {"glance": {"endpoint_type": "internal", "service_name": "other"}},
                ),
            )

        statuses = [answer.status for answer in answers]
        assert statuses == ["success", "success", "error", "error"]
        assert len(front.asked) == 2
        for answer in answers[2:]:
            assert "service catalogue has no such" in answer.finding["message"]
            assert at["region"] in answer.finding["message"]

    def test_the_credentials_may_stand_in_another_group(
        self,
        ask_image: AskImage,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_service_with_identity.upload("amphora", [tag])

        answer = ask_image(
            {
                **as_octavia,
                "service_auth": {"auth_section": "elsewhere"},
                "elsewhere": identity_service.service_auth(),
            }
        )

        assert answer.status == "success"

    def test_the_password_may_stand_in_the_environment(
        self,
        ask_image: AskImage,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        tag: str,
    ) -> None:
        image_service_with_identity.upload("amphora", [tag])

        answer = ask_image(
            as_octavia,
            {"service_auth": {"password": None}},
            env={"OS_SERVICE_AUTH__PASSWORD": identity_service.password},
        )

        assert answer.status == "success"
        assert identity_service.password not in answer.run.output


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that signed the Image service's certificate."""
    return Authority(tmp_path_factory.mktemp("known"), "known")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another authority."""
    return Authority(tmp_path_factory.mktemp("other"), "other")


@pytest.fixture
def https(image_service: Image, known: Authority) -> Iterator[Fake]:
    """The real Image service behind TLS."""
    with Fake(front_of(image_service.url), known.server_file) as front:
        yield front


@pytest.fixture
def at_https(
    booting: Sections, https: Fake, image_service: Image, tag: str
) -> dict[str, dict[str, object]]:
    """An octavia.conf with an https endpoint; its tag has an image."""
    image_service.upload("amphora", [tag], owner=OWNER)
    return joined(booting, {"glance": {"endpoint": https.url}})


class TestTLS:
    def test_an_unknown_authority_is_not_trusted(
        self, ask_image: AskImage, at_https: Sections, https: Fake
    ) -> None:
        answer = ask_image(at_https)

        assert (answer.status, answer.run.code) == ("error", 255)
        assert "the TLS connection to the Image service" in answer.finding["message"]
        assert "certificate verify failed" in answer.finding["message"]
        assert https.asked == []

    def test_the_wrong_authority_is_not_trusted(
        self, ask_image: AskImage, at_https: Sections, other: Authority
    ) -> None:
        answer = ask_image(at_https, {"glance": {"ca_certificates_file": other.file}})

        assert answer.status == "error"
        assert "TLS" in answer.finding["message"]

    def test_the_right_authority_is(
        self, ask_image: AskImage, at_https: Sections, known: Authority
    ) -> None:
        answer = ask_image(at_https, {"glance": {"ca_certificates_file": known.file}})

        assert answer.status == "success"

    def test_insecure_trusts_anybody(
        self, ask_image: AskImage, at_https: Sections, other: Authority
    ) -> None:
        glance = {"insecure": "true", "ca_certificates_file": other.file}

        assert ask_image(at_https, {"glance": glance}).status == "success"

    @pytest.mark.parametrize("option", ["cafile", "insecure"])
    def test_options_of_service_auth_do_not_hold_for_an_https_endpoint(
        self, ask_image: AskImage, at_https: Sections, known: Authority, option: str
    ) -> None:
        value = {"cafile": known.file, "insecure": "true"}[option]

        answer = ask_image(at_https, {"service_auth": {option: value}})

        assert answer.status == "error"
        assert "TLS" in answer.finding["message"]

    def test_service_auth_governs_what_the_catalogue_names(
        self,
        ask_image: AskImage,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        known: Authority,
        tag: str,
    ) -> None:
        glance = image_service_with_identity
        glance.upload("amphora", [tag])

        with (
            Fake(front_of(glance.url), known.server_file) as front,
            in_catalogue(identity_service, front.url, "public") as at,
        ):
            here = joined(as_octavia, {"glance": {"region_name": at["region"]}})
            governed = asked_at_once(
                ask_image,
                joined(here, {"service_auth": {"cafile": known.file}}),
                joined(here, {"service_auth": {"insecure": "true"}}),
                joined(here, {"glance": {"ca_certificates_file": known.file}}),
                joined(here, {"glance": {"insecure": "true"}}),
            )

        statuses = [answer.status for answer in governed]
        assert statuses == ["success", "success", "error", "error"]
        assert "TLS connection to the Image service" in governed[2].finding["message"]

    def test_keystone_and_glance_may_each_have_their_own_authority(
        self,
        ask_image: AskImage,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
        as_octavia: Sections,
        known: Authority,
        other: Authority,
        tag: str,
    ) -> None:
        glance = image_service_with_identity
        glance.upload("amphora", [tag])

        with (
            Fake(front_of(identity_service.url), other.server_file) as keystone,
            Fake(front_of(glance.url), known.server_file) as front,
        ):
            both = {
                "service_auth": {
                    "auth_type": "v3password",
                    "auth_url": f"{keystone.url}/v3",
                    "cafile": other.file,
                },
                "glance": {"endpoint": front.url, "ca_certificates_file": known.file},
            }
            answer, distrusted = asked_at_once(
                ask_image,
                joined(as_octavia, both),
                joined(as_octavia, both, {"service_auth": {"cafile": known.file}}),
            )

        assert answer.status == "success"
        assert "TLS connection to Keystone" in distrusted.finding["message"]

    @pytest.mark.parametrize("content", [None, "no certificate"])
    def test_an_authoritys_file_that_is_none_is_told(
        self,
        ask_image: AskImage,
        at_https: Sections,
        tmp_path: Path,
        content: str | None,
    ) -> None:
        file = tmp_path / "authority.pem"
        if content:
            file.write_text(content)

        answer = ask_image(at_https, {"glance": {"ca_certificates_file": file}})

        assert answer.status == "error"
        assert "certificate" in answer.finding["message"]
        assert "raised" not in answer.finding["message"]

    def test_octavia_19_itself_cannot_use_an_https_endpoint(
        self, octavia_conf: OctaviaConf, at_https: Sections, known: Authority, tag: str
    ) -> None:
        """Once this fails, the fault is mended upstream: compare the images then."""
        trusting = {"glance": {"ca_certificates_file": known.file}}

        with pytest.raises(
            program.ProgramFailure, match="unexpected keyword argument 'insecure'"
        ):
            octavias_image(octavia_conf(joined(at_https, trusting)), tag)


def no_owner() -> Sections:
    return {"controller_worker": {"amp_image_owner_id": None}}


def upload_as(state: str, glance: Image, tag: str, owner: str | None = OWNER) -> str:
    """Upload what Octavia does not find, because of its state."""
    image_id = glance.upload(
        state, [tag], owner, hidden=state == "hidden", active=state != "queued"
    )
    if state == "deactivated":
        glance.deactivate(image_id)
    return image_id


def make_older(glance: Image, image_id: str, days: int) -> None:
    """Let an image have been made some days and an hour ago."""
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days, hours=1)
    file = glance.directory / "glance.sqlite"
    with contextlib.closing(sqlite3.connect(file, timeout=10)) as database, database:
        database.execute(
            "UPDATE images SET created_at = ? WHERE id = ?",
            (then.strftime("%Y-%m-%d %H:%M:%S.%f"), image_id),
        )


def octavias_image(configuration: Path, tag: str) -> str:
    """The image that Octavia's own driver finds."""
    asks = program.OWN_PROGRAMS / "octavia_image.py"
    return program.run(sys.executable, asks, configuration, tag).strip()


@contextlib.contextmanager
def in_catalogue(
    identity: Identity, url: str, interface: str
) -> Iterator[dict[str, str]]:
    """Another Image service in the catalogue, in a region of its own."""
    keystone = Adapter(identity.session(), endpoint_override=identity.auth_url)
    name = f"glance-{uuid.uuid4().hex[:8]}"

    def add(kind: str, **attributes: Any) -> str:
        answer = keystone.post(f"/{kind}s", json={kind: attributes})
        return str(answer.json()[kind]["id"])

    region = add("region", id=f"region-{name}")
    service = add("service", type="image", name=name)
    endpoint = add(
        "endpoint",
        service_id=service,
        interface=interface,
        region_id=region,
        url=url,
    )
    yield {"region": region, "name": name}
    keystone.delete(f"/endpoints/{endpoint}")
    keystone.delete(f"/services/{service}")
    keystone.delete(f"/regions/{region}")
