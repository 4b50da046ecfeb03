"""The procedures that ship with us say all that the services' old guides said."""

from __future__ import annotations

import configparser
import functools
import importlib.metadata
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docutils import core  # type: ignore[import-untyped, unused-ignore]
from docutils import nodes
from docutils.parsers.rst import roles  # type: ignore[import-untyped, unused-ignore]

from upgradecheck import procedure
from upgradecheck.mistake import Mistaken
from upgradecheck.procedure import Note
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import Text

ROOT = Path(__file__).parents[2]
NAMES = {
    "ceilometer": ["full", "partial"],
    "glance": ["cold", "rolling"],
    "octavia": ["amphora", "cold"],
}
ALL = [f"{service}.{id}" for service, ids in NAMES.items() for id in ids]


def _refuse(name: str, fault: Mistaken) -> None:
    raise fault


@functools.cache
def procedures() -> dict[str, Procedure]:
    """All procedures that ship with us, by name."""
    return {
        each.name: each
        for service in NAMES
        for each in procedure.load_folder(
            f"upgradecheck.services.{service}:procedures", service, _refuse
        )
    }


@functools.cache
def checks() -> set[str]:
    """The ids of all checks that ship with us."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    entries = setup["options.entry_points"]["upgradecheck.checks"]
    return {line.partition("=")[0].strip() for line in entries.split("\n") if line}


def texts(found: Procedure) -> Iterator[Text]:
    """Every text of a procedure."""

    def of_notes(notes: tuple[Note, ...]) -> Iterator[Text]:
        yield from (note.text for note in notes if note.text)

    yield found.summary
    yield from (each.text for each in found.prerequisites)
    yield from of_notes(found.notes)
    for section in (*found.before, *found.after):
        yield section.text
        yield from of_notes(section.notes)
    for step in procedure.order(found):
        if step.text:
            yield step.text
        yield from of_notes(step.notes)


def said_at(place: str) -> str:
    """What a guide shows at a place: a procedure, one of its parts, or a step."""
    parts = place.split(".")
    found = procedures()[".".join(parts[:2])]
    said: list[object]
    match parts[2:]:
        case []:
            said = [found.title, found.summary]
        case ["prerequisites"]:
            said = [each.text for each in found.prerequisites]
        case ["notes"]:
            said = [x for note in found.notes for x in (note.title, note.text)]
        case rest:
            sections = {each.id: each for each in (*found.before, *found.after)}
            holder = sections.get(".".join(rest)) or found.step(place)
            said = [holder.title, holder.text]
            said += [x for note in holder.notes for x in (note.title, note.text)]
            said += [getattr(holder, "each", ""), getattr(holder, "where", "")]
            said += getattr(holder, "run", ())
    return " ".join(" ".join(str(each) for each in said).split())


class TestFiles:
    def test_the_procedures_of_the_three_services_are_there(self) -> None:
        assert sorted(procedures()) == sorted(ALL)

    @pytest.mark.parametrize("name", ALL)
    def test_they_name_checks_that_are_registered(self, name: str) -> None:
        assert procedure.unknown_checks(procedures()[name], checks()) == []

    @pytest.mark.parametrize("name", ALL)
    def test_they_ask_something_before_the_first_step(self, name: str) -> None:
        assert procedure.checks_before(procedures()[name])

    @pytest.mark.parametrize("name", ALL)
    def test_each_line_of_a_text_is_the_line_of_the_file(self, name: str) -> None:
        for text in texts(procedures()[name]):
            written = Path(text.source.file).read_text().splitlines()
            for line, source in text.lines():
                assert line.strip() in written[source.line - 1]

    @pytest.mark.parametrize("name", ALL)
    def test_their_texts_are_restructuredtext(self, name: str) -> None:
        for text in texts(procedures()[name]):
            document = _parsed(str(text))
            faults = list(document.findall(nodes.system_message))
            assert not faults, f"{text.source}: {faults[0].astext()}"
            assert not list(document.findall(nodes.section))

    @pytest.mark.parametrize("name", ALL)
    def test_what_they_link_to_is_there(self, name: str) -> None:
        for text in texts(procedures()[name]):
            for kind, target in re.findall(r":upgrade:(\w+):`([^`]+)`", str(text)):
                assert _is_there(kind, target), f"{text.source}: {target}"

    @pytest.mark.parametrize("service", NAMES)
    def test_the_commands_of_todays_release_are_programs_of_the_service(
        self, service: str
    ) -> None:
        try:
            distribution = importlib.metadata.distribution(service)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"{service} is not installed")
        programs = {entry.name for entry in distribution.entry_points}
        for id in NAMES[service]:
            found = procedures()[f"{service}.{id}"]
            for step in procedure.steps_for(found, distribution.version):
                for command in step.run:
                    program = shlex.split(command)[0]
                    assert program in programs | {"service-status", "openstack"}


def _parsed(text: str) -> Any:
    for kind in ("check", "procedure", "step"):
        role: Any = roles.GenericRole(kind, nodes.inline)
        roles.register_local_role(f"upgrade:{kind}", role)
    quiet = {"report_level": 5, "file_insertion_enabled": False}
    return core.publish_doctree(text, settings_overrides=quiet)


def _is_there(kind: str, target: str) -> bool:
    if kind == "check":
        return target in checks()
    if kind == "procedure":
        return target in procedures()
    holder = procedures()[".".join(target.split(".")[:2])]
    return target in {step.name for step in procedure.order(holder)}


def steps_of(name: str, release: str | None) -> list[str]:
    """The ids of the steps on the way to a release, those of steps within too."""
    found = procedures()[name]
    steps = procedure.steps_for(found, release)
    return [step.name.removeprefix(f"{name}.") for step in steps]


class TestReleases:
    def test_ceilometer_27_has_its_agents_and_its_storage_to_upgrade(self) -> None:
        assert steps_of("ceilometer.full", "27.0.0") == [
            "check",
            "database",
            "notification-agent",
            "polling-agent",
            "polling-agent.stop",
            "polling-agent.first",
            "polling-agent.further",
        ]
        assert steps_of("ceilometer.partial", "27.0.0") == [
            "check",
            "database",
            "notification-agent",
            "polling-agent",
            "polling-agent.apart",
            "polling-agent.replace",
            "polling-agent.together",
        ]

    @pytest.mark.parametrize("name", ["ceilometer.full", "ceilometer.partial"])
    @pytest.mark.parametrize(
        ("step", "first", "last", "next_one"),
        [
            ("collector", "6.0.0", "9.0.0", "10.0.0"),
            ("api", "6.0.0", "9.0.0", "10.0.0"),
            ("dbsync", "6.0.0", "7.0.0", "8.0.0"),
            ("database", "7.0.0", "27.0.0", None),
            ("publishers", "10.0.0", "10.0.0", "11.0.0"),
        ],
    )
    def test_programs_of_ceilometer_are_bound_to_the_releases_that_had_them(
        self, name: str, step: str, first: str, last: str, next_one: str | None
    ) -> None:
        assert step in steps_of(name, first)
        assert step in steps_of(name, last)
        assert next_one is None or step not in steps_of(name, next_one)

    @pytest.mark.parametrize(
        ("release", "is_there"),
        [("11.0.0", True), ("12.0.0", False), ("27.0.0", False)],
    )
    def test_workload_partitioning_is_gone_with_stein(
        self, release: str, is_there: bool
    ) -> None:
        here = procedures()["ceilometer.partial"].at(release)
        said = " ".join(
            str(note.text) for note in here.step("notification-agent").notes
        )
        assert ("workload_partitioning = false" in said) == is_there
        assert ("transformers" in said) == (release != "27.0.0")

    def test_nothing_of_ceilometer_27_speaks_of_what_is_gone(self) -> None:
        gone = re.compile("collector|ceilometer-api|dbsync|transformer|partitioning =")
        for name in ("ceilometer.full", "ceilometer.partial"):
            for text in texts(procedures()[name].at("27.0.0")):
                assert not gone.search(str(text)), f"{text.source}: {text}"

    def test_only_the_database_is_required_to_come_first(self) -> None:
        for name in ("ceilometer.full", "ceilometer.partial"):
            found = procedures()[name]
            for release in ("9.0.0", "27.0.0"):
                here = found.at(release)
                for step in here.steps:
                    before = {s.id for s in procedure.steps_before(here, step.name)}
                    assert before <= {"check", "dbsync", "database"}
                    if step.id in ("collector", "notification-agent", "polling-agent"):
                        assert "database" in before

    @pytest.mark.parametrize(
        ("release", "is_there"),
        [("14.0.0", True), ("15.0.0", False), ("33.0.0", False)],
    )
    def test_what_belongs_to_newton_and_ocata_is_bound_to_them(
        self, release: str, is_there: bool
    ) -> None:
        here = procedures()["glance.rolling"].at(release)
        said = " ".join(str(text) for text in texts(here))
        for words in ("log_bin_trust_function_creators", "triggers", "Newton"):
            assert (words in said) == is_there

    @pytest.mark.parametrize(
        ("words", "last", "next_one"),
        [("Images API", "17.0.0", "18.0.0"), ("Registry", "21.0.0", "22.0.0")],
    )
    def test_prerequisites_hold_as_long_as_an_old_node_may_break_them(
        self, words: str, last: str, next_one: str
    ) -> None:
        found = procedures()["glance.rolling"]
        for release, is_there in ((last, True), (next_one, False)):
            said = " ".join(str(p.text) for p in found.at(release).prerequisites)
            assert (words in said) == is_there

    def test_the_driver_agent_stops_since_stein_and_the_worker_last(self) -> None:
        stop = procedures()["octavia.cold"].at("19.0.0").step("stop")
        assert [step.id for step in stop.steps] == [
            *("housekeeping", "health-manager", "api", "driver-agent", "worker"),
        ]
        assert "stop.driver-agent" not in steps_of("octavia.cold", "3.0.0")

    def test_slurp_releases_are_spoken_of_where_there_are_any(self) -> None:
        plan = procedures()["octavia.cold"].at("13.0.0").before[0]
        assert plan.notes == ()
        plan = procedures()["octavia.cold"].at("14.0.0").before[0]
        assert "SLURP" in plan.notes[0].title

    def test_nothing_contracts_before_every_node_is_new(self) -> None:
        found = procedures()["glance.rolling"]
        before = procedure.steps_before(found, "contract")
        assert len(before) == len(procedure.order(found)) - 1
        before = procedure.steps_before(found, "remaining-nodes.upgrade")
        assert "stop" in {step.id for step in before}


#: What the five seed documents say, sentence by sentence, and where it is said
#: now: the seed's number, the sentence in short, the place, words found there.
SEEDS = [
    # 0: Ceilometer's upgrade guide
    (0, "full and partial upgrades", "ceilometer.full", "The other way, gradual"),
    (0, "full: all in one pass", "ceilometer.full", "in one pass"),
    (0, "run ceilometer-dbsync", "ceilometer.full.dbsync", "ceilometer-dbsync"),
    (0, "if one of its own databases is used", "ceilometer.full.dbsync", "Only if you"),
    (0, "no need to take it offline", "ceilometer.full.dbsync", "may stay in service"),
    (0, "nothing modified or deleted", "ceilometer.full.dbsync", "no data are changed"),
    (0, "at low activity", "ceilometer.full.dbsync", "little activity"),
    (0, "back up", "ceilometer.full.dbsync", "make a backup first"),
    (0, "other storage: its guide", "ceilometer.full.dbsync", "that storage's own"),
    (0, "the same today", "ceilometer.full.database", "another storage, read what"),
    (0, "stop all collectors", "ceilometer.full.collector", "Stop all collectors"),
    (
        0,
        "new one reads the payload",
        "ceilometer.full.collector",
        "read the new payload",
    ),
    (0, "historical attributes", "ceilometer.full.collector", "passes over attributes"),
    (0, "older data go on", "ceilometer.full.collector", "goes on with the older data"),
    (0, "as many as required", "ceilometer.full.collector", "as many as you need"),
    (
        0,
        "notification agent likewise",
        "ceilometer.full.notification-agent",
        "older data",
    ),
    (0, "same conditions", "ceilometer.full.notification-agent", "as many as you need"),
    (0, "polling: down on all hosts", "ceilometer.full.polling-agent", "*all* hosts"),
    (0, "verify that data are polled", "ceilometer.full.polling-agent.first", "polled"),
    (0, "more agents, coordination", "ceilometer.full.polling-agent.further", "share"),
    (0, "API at any point, if any", "ceilometer.full.api", "whenever you like"),
    (0, "partial: gradually", "ceilometer.partial", "part by part"),
    (0, "in time all are new", "ceilometer.partial", "In the end, whenever"),
    (0, "database as in full", "ceilometer.partial.dbsync", "As in the full upgrade"),
    (0, "the same today", "ceilometer.partial.database", "As in the full upgrade"),
    (
        0,
        "collectors side by side",
        "ceilometer.partial.collector",
        "beside the old ones",
    ),
    (0, "new and old attributes", "ceilometer.partial.collector", "newer or older"),
    (0, "no partitioning or", "ceilometer.partial.notification-agent", "is off"),
    (
        0,
        "the same pipelines",
        "ceilometer.partial.notification-agent",
        "same pipeline c",
    ),
    (0, "else old ones first", "ceilometer.partial.notification-agent", "*old* agents"),
    (0, "one set of pipelines", "ceilometer.partial.notification-agent", "one and the"),
    (
        0,
        "no new pollsters",
        "ceilometer.partial.polling-agent",
        "only if the new release",
    ),
    (
        0,
        "else own group",
        "ceilometer.partial.polling-agent.apart",
        "group of their own",
    ),
    (0, "only new pollsters", "ceilometer.partial.polling-agent.apart", "no others"),
    (0, "then both", "ceilometer.partial.polling-agent.together", "and the old ones"),
    (
        0,
        "after all old ones",
        "ceilometer.partial.polling-agent.together",
        "not before",
    ),
    (0, "API by WSGI, one version", "ceilometer.partial.api", "only one release of it"),
    (0, "order does not matter", "ceilometer.partial.notes", "the order is free"),
    (0, "but the database first", "ceilometer.partial.notes", "database is upgraded f"),
    (0, "the order is advised", "ceilometer.partial.notes", "do well to keep"),
    (0, "the order itself", "ceilometer.partial.notes", "collectors, notification a"),
    (0, "always add", "ceilometer.partial.developers", "never delete or modify**"),
    (0, "in database and IPC", "ceilometer.partial.developers", "send each other"),
    # 1 and 2: Ceilometer's specification of rolling upgrades, in two printings
    (1, "little downtime", "ceilometer.partial", "little or no downtime"),
    (1, "four services", "ceilometer.full.services", "``ceilometer-collector``"),
    (1, "what each does", "ceilometer.full.services", "and what each does"),
    (1, "work is handed on", "ceilometer.full", "does not wait for an answer"),
    (1, "only a good order", "ceilometer.full", "in a good order"),
    (1, "old and new understand", "ceilometer.partial.developers", "both make sense"),
    (1, "no change of code", "ceilometer.full", "asks for a change of code"),
    (1, "new collector must know", "ceilometer.partial.collector", "must know how to"),
    (1, "new models: own queue", "ceilometer.partial.developers", "queue of its own"),
    (1, "as events and samples", "ceilometer.partial.developers", "events and samples"),
    (1, "o.vo is too much", "ceilometer.partial.alternatives", "versionedobjects"),
    (1, "a queue a version", "ceilometer.partial.alternatives", "queues need memory"),
    (1, "a version a payload", "ceilometer.partial.alternatives", "understand each v"),
    (1, "models grow", "ceilometer.partial.developers", "old attributes are kept"),
    (1, "a term to drop them", "ceilometer.partial.developers", "a term can be set"),
    (
        1,
        "larger payloads",
        "ceilometer.partial.developers",
        "payloads may become larger",
    ),
    (1, "same work", "ceilometer.partial.developers", "costs no further work"),
    (1, "who bypasses the API", "ceilometer.partial.prerequisites", "elsewhere"),
    (1, "testing", "ceilometer.partial.developers", "come with a test"),
    (
        1,
        "may not be enough later",
        "ceilometer.partial.developers",
        "no longer be enough",
    ),
    # 3: Glance's rolling upgrades
    (
        3,
        "experimental, no production",
        "glance.rolling.notes",
        "calls rolling upgrades",
    ),
    (3, "one way", "glance.rolling.notes", "This is one way"),
    (3, "Newton to Ocata", "glance.rolling.notes", "Newton"),
    (3, "others out of scope", "glance.rolling.notes", "of which nothing is said here"),
    (
        3,
        "the simple case only",
        "glance.rolling.notes",
        "plain kind of deployment only",
    ),
    (3, "MySQL or MariaDB 5.5", "glance.rolling.prerequisites", "5.5 or later"),
    (3, "API v2 only", "glance.rolling.prerequisites", "version 2 of the Images API"),
    (3, "no registry", "glance.rolling.prerequisites", "No node uses the Glance Reg"),
    (3, "several nodes", "glance.rolling.prerequisites", "more than one Glance node"),
    (3, "a load balancer", "glance.rolling.prerequisites", "or another device"),
    (3, "out of rotation", "glance.rolling.prerequisites", "goes on running there"),
    (3, "no downtime", "glance.rolling", "without downtime"),
    (3, "back up", "glance.rolling.backup", "Back up Glance's database"),
    (3, "choose or provide a node", "glance.rolling.new-node", "set up a further one"),
    (
        3,
        "stop it gracefully",
        "glance.rolling.new-node",
        "stop Glance on it gracefully",
    ),
    (3, "the NEW NODE", "glance.rolling.new-node", "*the new node*"),
    (3, "wait until drained", "glance.rolling.new-node", "has no connection left"),
    (3, "out of rotation", "glance.rolling.new-node", "Take the node out of rotation"),
    (3, "requests end", "glance.rolling.new-node", "come to its end"),
    (3, "uploads take long", "glance.rolling.new-node", "uploads and downloads"),
    (
        3,
        "the upgrade takes longer",
        "glance.rolling.new-node",
        "the upgrade as a whole",
    ),
    (3, "otherwise errors", "glance.rolling.new-node", "see an error"),
    (3, "no downtime, yet", "glance.rolling.new-node", "Glance was never down"),
    (3, "unpleasant for users", "glance.rolling.new-node", "little comfort"),
    (3, "be judicious", "glance.rolling.new-node", "weigh the one against"),
    (3, "upgrade and configure", "glance.rolling.install", "fit its configuration"),
    (3, "do not start", "glance.rolling.install", "Do not start Glance on the new"),
    (3, "expand", "glance.rolling.expand", "glance-manage db expand"),
    (3, "migrate", "glance.rolling.migrate", "glance-manage db migrate"),
    (3, "on the new node", "glance.rolling.migrate", "the new node"),
    (3, "complete it first", "glance.rolling.migrate", "Only then go on"),
    (3, "start", "glance.rolling.start", "Start Glance on the new node"),
    (3, "ready for traffic", "glance.rolling.start", "can take requests"),
    (3, "one node at a time", "glance.rolling.remaining-nodes", "one by one"),
    (3, "stop gracefully", "glance.rolling.remaining-nodes.stop", "gracefully"),
    (
        3,
        "wait for the stop",
        "glance.rolling.remaining-nodes.stop",
        "do not go on before",
    ),
    (
        3,
        "upgrade the node",
        "glance.rolling.remaining-nodes.upgrade",
        "configuration to",
    ),
    (3, "start it", "glance.rolling.remaining-nodes.start", "Start the new Glance"),
    (3, "all new, none old", "glance.rolling.contract", "*none* runs a process"),
    (3, "contract", "glance.rolling.contract", "glance-manage db contract"),
    (3, "from any one node", "glance.rolling.contract", "any upgraded node"),
    # 4: Octavia's upgrade guide
    (4, "steps and notes", "octavia.cold", "from one release to a later one"),
    (4, "read the release notes", "octavia.cold.plan", "Read the release notes"),
    (4, "the upgrade section", "octavia.cold.plan", "the upgrade notes"),
    (4, "sequential releases", "octavia.cold.plan", "to the very next"),
    (4, "Pike, Queens, Rocky", "octavia.cold.plan", "from Pike to Queens"),
    (4, "providers' guides", "octavia.cold.plan", "have a guide of its own"),
    (4, "stands on other services", "octavia.cold.plan", "Image, Identity"),
    (4, "staging", "octavia.cold.plan", "staging environment"),
    (4, "Tempest", "octavia.cold.plan", "Octavia Tempest tests"),
    (4, "offline, non-rolling", "octavia.cold", "offline, or non-rolling"),
    (4, "control plane down", "octavia.cold", "nobody can create"),
    (4, "data plane goes on", "octavia.cold", "should notice nothing"),
    (4, "no reconfiguration", "octavia.cold", "listener, pool or member is down"),
    (4, "1 check", "octavia.cold.check", "octavia-status upgrade check"),
    (4, "2 stop gracefully", "octavia.cold.stop", "Stop the processes gracefully"),
    (4, "2 order is advised", "octavia.cold.stop", "which is advised"),
    (4, "2 housekeeping", "octavia.cold.stop.housekeeping", "octavia-housekeeping"),
    (4, "2 health manager", "octavia.cold.stop.health-manager", "health-manager"),
    (4, "2 API", "octavia.cold.stop.api", "octavia-api"),
    (4, "2 worker", "octavia.cold.stop.worker", "octavia-worker"),
    (4, "3 backup", "octavia.cold.backup", "You may leave it out"),
    (4, "4 all nodes", "octavia.cold.install", "every control plane node"),
    (4, "4 libraries", "octavia.cold.install", "octavia-lib for one"),
    (4, "4 packages", "octavia.cold.install", "packages of a distribution"),
    (4, "5 option names", "octavia.cold.configuration", "the name of every option"),
    (4, "5 deprecated ones", "octavia.cold.configuration", "the deprecated ones"),
    (4, "6 upgrade head", "octavia.cold.database", "octavia-db-manage upgrade head"),
    (4, "6 any node, migrations", "octavia.cold.database", "One run on one node"),
    (4, "7 start", "octavia.cold.start", "Start every process"),
    (4, "8 build and upload", "octavia.cold.image", "Build an amphora image"),
    (4, "8 tag", "octavia.cold.image", "Without the tag"),
    (4, "8 often", "octavia.cold.image", "Do this often"),
    (4, "8 bugs and security", "octavia.cold.image", "operating system, the amphora"),
    (4, "when incompatible", "octavia.amphora.when", "no longer understand each other"),
    (4, "recovers by failover", "octavia.amphora.when", "Octavia heals itself"),
    (4, "newest agent code", "octavia.amphora.when", "run the newest agent"),
    (4, "data plane down", "octavia.amphora.cost", "down while an amphora is failed"),
    (4, "very rare", "octavia.amphora.when", "very rarely"),
    (4, "in the release notes", "octavia.amphora.when", "release notes make a point"),
    (4, "Grenade", "octavia.cold.testing", "Grenade"),
    (4, "by DevStack", "octavia.cold.testing", "by DevStack it installs the older"),
    (4, "Octavia's plugin", "octavia.cold.testing", "plugin of its own"),
    (4, "a gate job, cold", "octavia.cold.testing", "makes a cold upgrade"),
    (4, "resources go on", "octavia.cold.testing", "all of that still works"),
]


class TestSeeds:
    @pytest.mark.parametrize(("seed", "sentence", "place", "words"), SEEDS)
    def test_what_a_seed_says_is_said(
        self, seed: int, sentence: str, place: str, words: str
    ) -> None:
        assert words in said_at(place), f"seed {seed}: {sentence}"

    def test_the_note_on_stopping_is_linked_from_both_steps_that_need_it(self) -> None:
        found = procedures()["glance.rolling"]
        note, holder = found.note("gracefully")
        assert holder == found.step("new-node")
        assert note.title == "Stopping gracefully"
        assert found.step("remaining-nodes.stop").notes == (Note(see="gracefully"),)
