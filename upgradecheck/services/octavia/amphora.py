"""``octavia.amphora-image``: what Octavia would boot, by Octavia's own rules.

The rules are those of Octavia 19.0.0: ``octavia.image.drivers.glance_driver``,
``octavia.common.clients.GlanceAuth`` and ``ComputeCreate`` in
``octavia.controller.worker.v2.tasks.compute_tasks``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import json
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check

if TYPE_CHECKING:
    from keystoneauth1.adapter import Adapter

    from upgradecheck.deployment.image import Image

#: The names under which the amphora driver may be enabled.
DRIVERS = ("amphora", "amphorav2", "octavia")
#: As many images of one tag are looked at.
LIMIT = 25
#: A flavor profile's key that overrides the configured tag.
KEY = "amp_image_tag"

_CREDENTIALS = "service_auth"
#: The options that lead to the Image service; the first that is set decides most.
_ADDRESS = (
    ("glance", "endpoint"),
    ("glance", "service_name"),
    ("glance", "region_name"),
    ("glance", "endpoint_type"),
    (_CREDENTIALS, "auth_url"),
)


@dataclasses.dataclass(frozen=True)
class Tag:
    """An image tag that new amphorae would boot from.

    :param name: the tag; empty where it is not set.
    :param source: what asks for it, in words.
    :param location: where that stands.
    :param profile: the id of the flavor profile that asks for it, if one does.
    """

    name: str
    source: str
    location: str | None
    profile: str | None = None


@check(
    "octavia.amphora-image",
    title="Amphora image",
    added="0.1.0",
    needs=("config", "database", "image"),
)
def amphora_image(upgrade: Upgrade) -> Result:
    """Octavia finds exactly one bootable image for new amphorae.

    Asks the Image service, with Octavia's own credentials, for the active
    images that carry the tag of ``[controller_worker] amp_image_tag``, and for
    those of each flavor profile that names a tag of its own. Octavia boots the
    newest one it finds.

    A **failure** means that no new amphora can be booted for that tag, so that
    neither creating nor failing over a load balancer works: build an image,
    upload it and tag it. A **warning** means that another image than the one
    you expect may be booted: because several images carry the tag, or because
    ``amp_image_owner_id`` is not set, so that an image of any project counts.
    An **error** means that the Image service or the flavor profiles could not
    be asked.

    An ``https`` address in ``[glance] endpoint`` is asked here with the TLS options
    of ``[glance]``. Octavia 19.0.0 itself fails on every such address with
    python-glanceclient 4.13.0 (``TypeError``): leave the option unset there, so
    that the address comes from the service catalogue.
    """
    reason = no_driver(upgrade) or no_image_used(upgrade)
    if reason is not None:
        return Result.skipped(reason)
    tags = [configured_tag(upgrade)]
    findings: list[Finding] = []
    sentences: list[str] = []
    with _kept(findings, sentences, "the tags of flavor profiles are not verified: "):
        of_profiles, faults = profile_tags(upgrade)
        tags = _distinct([*tags, *of_profiles])
        findings += faults
    images = ImageSearch(upgrade)
    # Those that are not set are judged even if no service answers.
    with _kept(findings, sentences):
        for tag in sorted(tags, key=lambda tag: tag.name != ""):
            sentence, found = images.judge(tag)
            sentences.append(sentence)
            findings += found
    findings += images.owner_findings()
    return Result.judged(" ".join(sentences), findings)


def no_driver(upgrade: Upgrade) -> str | None:
    """That no amphora driver is enabled, as a sentence; None if one is."""
    enabled = upgrade.deployment.value("api_settings", "enabled_provider_drivers") or {}
    if set(DRIVERS) & set(enabled):
        return None
    return (
        "No amphora driver is in [api_settings] enabled_provider_drivers: "
        f"{', '.join(enabled) or 'none'}."
    )


def no_image_used(upgrade: Upgrade) -> str | None:
    """That nothing is booted from an image, as a sentence; None if it is."""
    driver = upgrade.deployment.value("controller_worker", "image_driver")
    if driver != "image_noop_driver":
        return None
    return "[controller_worker] image_driver is image_noop_driver: no image is used."


@contextlib.contextmanager
def _kept(
    findings: list[Finding], sentences: list[str], what: str = ""
) -> Iterator[None]:
    """Make what stands in the way a finding, so that nothing else is lost.

    :param what: which part of the question it leaves open.
    """
    try:
        yield
    except NotVerified as fault:
        reason = f"{what}{fault.reason}"
        findings.append(Finding(reason, fault.location, fault.remedy, Status.ERROR))
        sentences.append(f"{reason[:1].upper()}{reason[1:]}.")


def configured_tag(upgrade: Upgrade) -> Tag:
    """The tag that counts where no flavor profile names another."""
    group, name = "controller_worker", "amp_image_tag"
    return Tag(
        upgrade.deployment.value(group, name) or "",
        f"[{group}] {name}",
        upgrade.deployment.configuration.where(group, name),
    )


def _distinct(tags: Sequence[Tag]) -> list[Tag]:
    """The first of each name, and all that have none."""
    seen: dict[str, Tag] = {}
    for tag in tags:
        seen.setdefault(tag.name or tag.source, tag)
    return [*seen.values()]


def profile_tags(upgrade: Upgrade) -> tuple[list[Tag], list[Finding]]:
    """The tags that flavor profiles of the amphora driver name.

    :raises NotVerified: if the profiles cannot be read.
    """
    import sqlalchemy

    columns = ("id", "name", "provider_name", "flavor_data")
    table = sqlalchemy.table("flavor_profile", *map(sqlalchemy.column, columns))
    query = sqlalchemy.select(*table.c).order_by(table.c.name, table.c.id)
    with upgrade.deployment.database() as connection:
        rows = connection.execute(query).all()
    tags, faults = [], []
    for row in rows:
        if row.provider_name not in DRIVERS:
            continue
        where = f"table flavor_profile, id {row.id}"
        try:
            data = json.loads(row.flavor_data)
            if not isinstance(data, dict):
                raise ValueError("it is no JSON object")
        except (ValueError, TypeError, RecursionError) as fault:
            faults.append(
                Finding(
                    f"the flavor data of the profile {row.name!r} is malformed: {fault}",
                    where,
                    "Set it anew: openstack loadbalancer flavorprofile set "
                    f"--flavor-data JSON {row.id}",
                    Status.FAILURE,
                )
            )
            continue
        if KEY in data:
            source = f"flavor profile {row.name!r}"
            tags.append(Tag(str(data[KEY] or ""), source, where, row.id))
    return tags, faults


class ImageSearch:
    """Looks images up as Octavia's image driver would."""

    def __init__(self, upgrade: Upgrade) -> None:
        self._deployment = upgrade.deployment
        self._where = upgrade.deployment.configuration.where
        self.owner = self._value("controller_worker", "amp_image_owner_id") or None
        self._owners: dict[str, None] = {}

    def _value(self, group: str, name: str) -> Any:
        return self._deployment.value(group, name)

    @functools.cached_property
    def _adapter(self) -> Adapter:
        """The way to the Image service, made when the first image is looked up.

        :raises NotVerified: if the credentials are no good.
        """
        endpoint = self._value("glance", "endpoint") or None
        verify: bool | str | None = None
        if endpoint and endpoint.startswith("https"):
            # Only then does Octavia look at these two; otherwise the TLS
            # options of [service_auth] hold.
            verify = self._value("glance", "ca_certificates_file") or True
            if self._value("glance", "insecure"):
                verify = False
        return self._deployment.image(
            _CREDENTIALS,
            region=self._value("glance", "region_name"),
            interface=self._value("glance", "endpoint_type"),
            service_name=self._value("glance", "service_name"),
            endpoint=endpoint,
            verify=verify,
        )

    def _images(self, tag: str, **query: str | None) -> list[Image]:
        """The newest images of a tag.

        :raises NotVerified: if the Image service does not answer properly.
        """
        from upgradecheck.deployment.image import images

        where = next(filter(None, (self._where(*each) for each in _ADDRESS)), None)
        return images(
            self._adapter,
            _CREDENTIALS,
            where,
            tag=tag,
            sort="created_at:desc",
            limit=LIMIT,
            **query,
        )

    def newest(self, tag: Tag) -> Image | None:
        """The image that Octavia would boot for a tag; None if there is none.

        :raises NotVerified: if the Image service does not answer properly.
        """
        if not tag.name:
            return None
        active = self._images(tag.name, status="active", owner=self.owner)
        return active[0] if active else None

    def judge(self, tag: Tag) -> tuple[str, list[Finding]]:
        """A sentence about the images of a tag, and the findings.

        :raises NotVerified: if the Image service does not answer properly.
        """
        if not tag.name:
            return f"No image tag in {tag.source}.", [
                Finding(
                    f"{tag.source} is not set, so Octavia finds no image",
                    tag.location or tag.source,
                    "Set it to the tag of the amphora image, for example: "
                    "amp_image_tag = amphora",
                    Status.FAILURE,
                )
            ]
        active = self._images(tag.name, status="active", owner=self.owner)
        if not active:
            return self._none(tag)
        newest = active[0]
        self._owners.update({image.owner: None for image in active if image.owner})
        sentence = f"Tag {tag.name} ({tag.source}): {_described(newest)}."
        if len(active) == 1:
            return sentence, []
        others = ", ".join(image.id for image in active[1:])
        many = f"at least {LIMIT}" if len(active) == LIMIT else str(len(active))
        return sentence, [
            Finding(
                f"{many} active images carry the tag {tag.name}; Octavia takes the "
                f"newest, {newest.id}",
                f"image {newest.id}",
                f"Untag the rest: openstack image unset --tag {tag.name} IMAGE, for "
                f"each of {others}",
                Status.WARNING,
            )
        ]

    def _none(self, tag: Tag) -> tuple[str, list[Finding]]:
        """Why there is no image to boot."""
        sentence = f"Tag {tag.name} ({tag.source}): no image to boot."
        findings = list(self._unusable(tag))
        if not findings:
            owner = f" of the project {self.owner}" if self.owner else ""
            findings.append(
                Finding(
                    f"no image{owner} carries the tag {tag.name} of {tag.source}",
                    tag.location,
                    "Build an amphora image, upload it, and tag it: openstack "
                    f"image set --tag {tag.name} IMAGE",
                    Status.FAILURE,
                )
            )
        return sentence, findings

    def _unusable(self, tag: Tag) -> Iterator[Finding]:
        found = {
            image.id: image
            for hidden in (None, "true")
            for image in self._images(
                # Without a word about it Glance leaves community images out.
                tag.name,
                owner=self.owner,
                os_hidden=hidden,
                visibility="all",
            )
        }
        for image in found.values():
            yield Finding(
                f"the image {image.id} ({image.name}) carries the tag {tag.name} but "
                f"is {_state(image)}, so Octavia does not find it",
                f"image {image.id}",
                _cure(image),
                Status.FAILURE,
            )
        if found or not self.owner:
            return
        for image in self._images(tag.name, status="active"):
            yield Finding(
                f"the image {image.id} ({image.name}) carries the tag {tag.name} but "
                f"belongs to the project {image.owner}, not to {self.owner}",
                self._where("controller_worker", "amp_image_owner_id"),
                "Set [controller_worker] amp_image_owner_id to the project that owns "
                "the image, or upload the image to the project named there.",
                Status.FAILURE,
            )

    def owner_findings(self) -> list[Finding]:
        """That images of any project count, where no owner is configured."""
        if self.owner:
            return []
        owners = [*self._owners]
        remedy = (
            f"Set amp_image_owner_id = {owners[0]} in [controller_worker]."
            if len(owners) == 1
            else "Set amp_image_owner_id in [controller_worker] to the project that "
            "owns the amphora image"
            + (f", one of {', '.join(owners)}." if owners else ".")
        )
        return [
            Finding(
                "[controller_worker] amp_image_owner_id is not set: an image of any "
                "project that carries the tag counts, and the newest wins",
                self._where("controller_worker", "amp_image_owner_id")
                or "[controller_worker] amp_image_owner_id",
                remedy,
                Status.WARNING,
            )
        ]


def _described(image: Image) -> str:
    owner = f"owner {image.owner}" if image.owner else "no owner"
    return f"image {image.id} ({image.name}), {owner}, {_age(image.created)}"


def _age(created: str) -> str:
    try:
        then = datetime.datetime.fromisoformat(created)
        days = (datetime.datetime.now(datetime.UTC) - then).days
    except (ValueError, TypeError):
        return "of unknown age"
    return f"{days} day{'' if days == 1 else 's'} old"


def _state(image: Image) -> str:
    if image.status != "active":
        return str(image.status)
    if image.hidden:
        return "hidden"
    return image.visibility or "not listed"


def _cure(image: Image) -> str:
    if image.status == "deactivated":
        return f"openstack image set --activate {image.id}"
    if image.status == "active" and image.hidden:
        return f"openstack image set --unhidden {image.id}"
    if image.status == "active" and image.visibility == "community":
        return (
            "Glance lists community images to their owner alone: openstack image set "
            f"--shared {image.id}"
        )
    return f"Upload the data of the image {image.id}, or tag another one."
