"""``octavia.amphora-image``: what Octavia would boot, by Octavia's own rules.

The rules are those of Octavia 19.0.0: ``ComputeCreate`` in
``octavia.controller.worker.v2.tasks.compute_tasks``, and those by which
:mod:`upgradecheck.services.octavia.image_search` looks images up.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from collections.abc import Sequence

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.services.octavia.image_search import ImageSearch
from upgradecheck.services.octavia.image_search import Tag

#: The names under which the amphora driver may be enabled.
DRIVERS = ("amphora", "amphorav2", "octavia")
#: A flavor profile's key that overrides the configured tag.
KEY = "amp_image_tag"


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
