"""The Sphinx extension of upgradecheck: checks and procedures on pages.

``extensions = ["upgradecheck_sphinx"]`` adds the domain ``upgrade``, whose
directives show what the registry holds. Nothing is written twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from upgradecheck import __version__
from upgradecheck_sphinx import diagram
from upgradecheck_sphinx import finish
from upgradecheck_sphinx import guide
from upgradecheck_sphinx import history
from upgradecheck_sphinx import words
from upgradecheck_sphinx.domain import UpgradeDomain
from upgradecheck_sphinx.domain import domain_of
from upgradecheck_sphinx.index import CheckIndex
from upgradecheck_sphinx.index import Entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.domains import Domain
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

_STATIC = Path(__file__).parent / "static"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Join a Sphinx build."""
    # First of all: what takes words below takes them in the build's language.
    words.load(app)
    CheckIndex.name_it()
    app.add_config_value("upgradecheck_services", [], "env", types=(list, tuple))
    app.add_config_value("upgradecheck_inventory", "", "env", types=(str,))
    app.add_domain(UpgradeDomain)
    app.add_transform(Entries)
    app.add_post_transform(finish.SummariesAsLists)
    app.add_post_transform(finish.UntitledTables)
    app.add_post_transform(finish.StepPermalinks)
    app.add_post_transform(finish.IdsByLine)
    app.add_post_transform(finish.ApartInNotes)
    app.add_post_transform(finish.CopyButtons)
    app.setup_extension("sphinx.ext.graphviz")
    diagram.join(app)
    app.add_css_file("upgradecheck.css")
    app.add_js_file("upgradecheck.js", loading_method="defer")
    # The parent process loads the registry, before it forks any reader.
    app.connect("builder-inited", _load)
    app.connect("env-get-outdated", _stale)
    app.connect("env-updated", _rewritten)
    app.connect("warn-missing-reference", _missing)
    return {
        "version": __version__,
        "env_version": 3,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _load(app: Sphinx) -> None:
    services = app.config.upgradecheck_services
    domain_of(app.env).guide = guide.load(
        # Sphinx has told already that a single name should be a list.
        [services] if isinstance(services, str) else services,
        history.place(app.confdir, app.config.upgradecheck_inventory),
    )
    if app.builder.format == "html":
        app.config.html_static_path.append(str(_STATIC))


def _stale(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> Sequence[str]:
    return sorted(domain_of(env).stale_documents(removed))


def _rewritten(app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    found = domain_of(env).documents_to_rewrite()
    return sorted(found & env.found_docs)


def _missing(
    app: Sphinx, domain: Domain | None, node: pending_xref
) -> nodes.Node | bool | None:
    if not isinstance(domain, UpgradeDomain):
        return None
    domain.warn_missing(node)
    return True
