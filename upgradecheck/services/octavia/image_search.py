"""The images that Octavia would boot for a tag, by its own rules.

They are those of ``octavia.image.drivers.glance_driver`` and
``octavia.common.clients.GlanceAuth`` in Octavia 19.0.0.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck.check import Finding
from upgradecheck.check import Status
from upgradecheck.check import Upgrade

if TYPE_CHECKING:
    from keystoneauth1.adapter import Adapter

    from upgradecheck.deployment.image import Image

#: As many images of one tag are looked at.
LIMIT = 25

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
