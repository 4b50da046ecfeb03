"""What each revision of Manila does: run by the Python of Manila's environment."""

import json
import sys

from upgradecheck import effects
from upgradecheck.service import Database
from upgradecheck.service import Service

DATABASE = Database("main", "manila.db.migrations:alembic", "manila-manage db sync")
SERVICE = Service("manila", title="Manila", databases=(DATABASE,))

json.dump(effects.record(SERVICE, DATABASE, sys.argv[1]), sys.stdout)
