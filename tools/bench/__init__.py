"""Wall time and peak memory, side by side: ``tox -e bench``."""
