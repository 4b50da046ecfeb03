"""Reports of a run: as a table for people, as JSON for programs."""

#: The title of every report; oslo.upgradecheck's.
TITLE = "Upgrade Check Results"
