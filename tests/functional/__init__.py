"""Tests that meet real services: servers, databases, answers."""
