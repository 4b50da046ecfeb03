"""Make the tables of Octavia's models: ``octavia_tables.py URL``."""

import sys

import sqlalchemy
from octavia.db import base_models
from octavia.db import models  # noqa: F401  the models enter BASE

if __name__ == "__main__":
    base_models.BASE.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
