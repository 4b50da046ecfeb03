"""Real servers for tests: private, on loopback, gone when the tests are done.

Each server is a context manager: entered it runs and answers, left it is
stopped by its process id and its directory is removed. The fixtures that
enter them are in ``tests/functional/conftest.py``.
"""
