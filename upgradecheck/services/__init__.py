"""The services that ship with us, each in a package of its own."""
