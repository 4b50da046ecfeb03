"""Serve a WSGI application: ``wsgi_server.py MODULE:NAME HOST PORT``."""

import importlib
import sys

import waitress


def main() -> None:
    application, host, port = sys.argv[1:]
    # Keystone reads sys.argv as if it were its own command line.
    del sys.argv[1:]
    module, _, name = application.partition(":")
    waitress.serve(
        getattr(importlib.import_module(module), name),
        host=host,
        port=int(port),
    )


if __name__ == "__main__":
    main()
