"""The version of upgradecheck."""

__version__ = "0.1.0"
