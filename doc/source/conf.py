"""The guide's settings; ``tox -e docs`` builds it."""

from upgradecheck import __version__

project = "upgradecheck"
copyright = "The upgradecheck developers"
release = version = __version__

extensions = [
    "reno.sphinxext",
    "sphinx.ext.autodoc",
    "upgradecheck_sphinx",
]
upgradecheck_services = ["ceilometer", "glance", "octavia"]
html_theme = "alabaster"
html_theme_options = {
    "description": "Upgrade checks for OpenStack services",
    "fixed_sidebar": True,
    "page_width": "70rem",
}
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
nitpicky = False
