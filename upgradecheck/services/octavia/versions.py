"""``octavia.amphora-versions``: who still runs on an image of yesterday.

The rules are those of Octavia 19.0.0: the statuses of ``octavia.common.constants``,
the tables of ``octavia.db.models``, the image of ``ComputeCreate`` in
``octavia.controller.worker.v2.tasks.compute_tasks``, and of
``octavia.controller.worker.v2.controller_worker`` what ``failover_amphora`` and
``failover_loadbalancer`` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING

from upgradecheck.check import Finding
from upgradecheck.check import Phase
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.services.octavia import amphora
from upgradecheck.services.octavia.image_search import ImageSearch
from upgradecheck.services.octavia.image_search import Tag

if TYPE_CHECKING:
    from upgradecheck.services.octavia.running import Balancer
    from upgradecheck.services.octavia.running import Group
    from upgradecheck.services.octavia.running import Running
    from upgradecheck.services.octavia.running import Totals

#: As many groups of image and topology are told apart.
GROUPS = 25
#: As many load balancers are told, each with its command.
BALANCERS = 20

_AGAIN = "service-status upgrade check octavia --check octavia.amphora-versions"


@check(
    "octavia.amphora-versions",
    title="Amphora versions",
    added="0.1.0",
    phase=Phase.AFTER,
    needs=("config", "database", "image"),
)
def amphora_versions(upgrade: Upgrade) -> Result:
    """Every amphora runs on the image that would be booted now.

    Counts, in Octavia's database, the amphorae whose image is another than the one
    that ``octavia.amphora-image`` finds, for the tag of ``[controller_worker]
    amp_image_tag`` or that of the load balancer's flavor. The database server does
    the counting, by image and topology of the load balancer.

    A **warning** means that some run on another image, so with an older agent; they
    go on balancing. Each load balancer is told with the command that is right for it
    and costs least, pairs first, since their users scarcely notice:

    * ``openstack loadbalancer failover`` replaces all amphorae of a load balancer,
      one after the other; of an active-standby pair the one first that does not
      hold the address at that moment, which the database does not know.
    * ``openstack loadbalancer amphora failover`` replaces one half of a pair whose
      other half is healthy and runs on the new image already.

    With ``--wait`` a command ends when the load balancer is ``ACTIVE`` again. Run them
    one at a time, in the order given, and no pair ever loses both halves at once.
    At most 20 load balancers are told; ask again when those are done. It is a warning
    too that Octavia has not recorded the image of an amphora, as releases before 3.0
    never did.

    Amphorae that are deleted, being deleted or being booted are not counted. An
    **error** means that the database or the Image service could not be asked, or
    that there is no image to compare with: then see ``octavia.amphora-image``.
    """
    from upgradecheck.services.octavia.running import Running

    reason = amphora.no_driver(upgrade) or amphora.no_image_used(upgrade)
    if reason is not None:
        return Result.skipped(reason)
    with upgrade.deployment.database() as connection:
        running = Running(connection)
        profiles = running.profiles()
        if not profiles:
            return Result.stated(
                Status.SUCCESS, _sentence("No amphora runs.", running.others())
            )
        tags, findings = _tags(upgrade, running, profiles)
        found = _images(upgrade, [tags.get(each, tags[None]) for each in profiles])
        for tag, image in found.items():
            if image is None:
                served = [p for p in profiles if tags.get(p, tags[None]) == tag]
                findings.append(_no_image(tag, sum(profiles[p] for p in served)))
        running.compare(
            found.get(tags[None]),
            {p: found[tag] for p, tag in tags.items() if p and tag in found},
        )
        totals, others = running.totals(), running.others()
        findings += _judged(running, totals)
    now = "; ".join(
        f"image {image or 'none'} for the tag {tag.name or '(not set)'} of {tag.source}"
        for tag, image in found.items()
    )
    amphorae = _many(totals.all, "amphora", "amphorae")
    verb = "run" if totals.outdated > 1 else "runs"
    told = f"{totals.outdated or 'None'} of {amphorae} {verb} on another image than"
    if not any(found.values()):
        told = f"It cannot be told which of {amphorae} run on another image than"
    return Result.judged(
        _sentence(f"{told} would be booted now: {now}.", others), findings
    )


def _tags(
    upgrade: Upgrade, running: Running, profiles: Mapping[str | None, int]
) -> tuple[dict[str | None, Tag], list[Finding]]:
    """The tag of each flavor profile in use, that of None is the configured one.

    :returns: the tags, and what is wrong with profiles in use.
    """
    tags: dict[str | None, Tag] = {None: amphora.configured_tag(upgrade)}
    if not any(profiles):
        return tags, []
    of_profiles, faults = amphora.profile_tags(upgrade)
    for tag in of_profiles:
        if tag.profile in profiles:
            tags[tag.profile] = tag
    places = {f"table flavor_profile, id {each}" for each in profiles}
    return tags, [fault for fault in faults if fault.location in places]


def _images(upgrade: Upgrade, tags: list[Tag]) -> dict[Tag, str | None]:
    """What would be booted for each tag; tags of one name are asked for once."""
    search = ImageSearch(upgrade)
    names: dict[str, str | None] = {}
    for tag in tags:
        if tag.name not in names:
            image = search.newest(tag)
            names[tag.name] = image.id if image else None
    return {tag: names[tag.name] for tag in tags}


def _no_image(tag: Tag, count: int) -> Finding:
    amphorae = _many(count, "amphora", "amphorae")
    return Finding(
        f"no image would be booted for the tag {tag.name or '(not set)'} of "
        f"{tag.source}, so there is nothing to compare {amphorae} with",
        tag.location or tag.source,
        "See what octavia.amphora-image says.",
        Status.ERROR,
    )


def _judged(running: Running, totals: Totals) -> Iterator[Finding]:
    """The groups, then the load balancers in the order in which to take them."""
    groups = running.groups(GROUPS + 1)
    for group in groups[:GROUPS]:
        yield _group(group)
    if len(groups) > GROUPS:
        yield Finding(
            f"there are more than {GROUPS} such groups; the largest are told",
            "table amphora",
            "Begin with these.",
            Status.WARNING,
        )
    balancers = running.balancers(BALANCERS)
    for each in balancers:
        yield _balancer(each)
    left = totals.balancers - len(balancers)
    if left > 0:
        yield Finding(
            f"{_many(left, 'more load balancer', 'more load balancers')} must be failed "
            "over",
            "table load_balancer",
            f"Fail those above over, then ask again which are next: {_AGAIN}",
            Status.WARNING,
        )
    unknown = totals.unknown
    if unknown:
        yield Finding(
            f"of {_many(unknown, 'amphora', 'amphorae')} Octavia has not recorded the "
            "image",
            "table amphora, column image_id",
            "Look at their servers with openstack server show, and fail over those "
            "that run on an old image.",
            Status.WARNING,
        )


def _group(group: Group) -> Finding:
    amphorae = _many(group.amphorae, "amphora", "amphorae")
    where = f"image {group.image}"
    other = f"on the image {group.image}, not on {group.expected}"
    if group.topology is None:
        return Finding(
            f"{amphorae} without a load balancer {_verb(group.amphorae)} {other}: the "
            "spare pool of an old release, or left over of a load balancer that was "
            "deleted",
            where,
            "Nobody uses them: delete each by Octavia's API, DELETE "
            "/v2/octavia/amphorae/ID.",
            Status.WARNING,
        )
    balancers = _many(group.balancers, "load balancer", "load balancers")
    return Finding(
        f"{amphorae} of {balancers} of the topology {group.topology} "
        f"{_verb(group.amphorae)} {other}",
        where,
        "Fail the load balancers over, in the order that follows.",
        Status.WARNING,
    )


def _balancer(each: Balancer) -> Finding:
    if each.half is not None:
        told = "one half of the pair, whose other half is new and healthy,"
        command = f"openstack loadbalancer amphora failover --wait {each.half}"
    else:
        told = f"{each.outdated} of {_many(each.present, 'amphora', 'amphorae')}"
        command = f"openstack loadbalancer failover --wait {each.id}"
    busy = f"; it is {each.status} now" if each.busy else ""
    return Finding(
        f"{each.topology}: {told} must be replaced{busy}",
        f"load balancer {each.id}",
        command,
        Status.WARNING,
    )


def _sentence(sentence: str, others: Mapping[str, int]) -> str:
    if not others:
        return sentence
    counts = ", ".join(f"{count} {status}" for status, count in others.items())
    return f"{sentence} Not counted: {counts}."


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _verb(count: int) -> str:
    return "runs" if count == 1 else "run"
