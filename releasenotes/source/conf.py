"""The release notes' settings; ``tox -e releasenotes`` builds them."""

project = "upgradecheck release notes"
copyright = "The upgradecheck developers"
# Each page is of one series; the notes name the versions themselves.
release = version = ""

extensions = ["reno.sphinxext"]
html_theme = "alabaster"
html_show_sourcelink = False
