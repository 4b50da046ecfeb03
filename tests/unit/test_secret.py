"""No secret in any output: passwords in URLs, and values known to be secret."""

from __future__ import annotations

import time
import urllib.parse

import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from upgradecheck.secret import Mask
from upgradecheck.secret import mask_urls
from upgradecheck.secret import passwords_in
from upgradecheck.secret import secrets_in
from upgradecheck.secret import sounds_secret

SECRET = "hunter2"


class TestUrls:
    @pytest.mark.parametrize(
        "text",
        [
            "mysql+pymysql://user:{}@host/db",
            "mysql+pymysql://user:{}@host:3306/db?charset=utf8",
            "rabbit://user:{}@host1:5672,user:{}@host2:5672//",
            "rabbit://:{}@host/",
            "sentinel://user:{}@h:1?sentinel_fallback=h:2",
            "cannot open 'postgresql://user:{}@[::1]:5432/db' for reading",
            "http://user:{}@host/,http://other:{}@host/",
            "https://host/path?token={}",
            "https://host/path?a=b&password={}&c=d",
            "redis://host?password={}",
            "mysql://user:{}%40x@host/db",
            "mysql://user:a@{}@host/db",
            "mysql://user:a/{}@host/db",
            "mysql://user:a:{}@host/db",
            "mysql://user:a?{}@host/db",
            "MYSQL://USER:{}@HOST/DB",
            "memcached://u:{}@h\nmysql://u:{}@h",
            '{{"url": "mysql://u:{}@h/d"}}',
        ],
    )
    def test_a_password_is_masked(self, text: str) -> None:
        masked = mask_urls(text.replace("{{", "{").replace("{}", SECRET))
        assert SECRET not in masked
        assert "***" in masked

    @pytest.mark.parametrize(
        "text",
        [
            "http://host/path",
            "http://host:80/path",
            "mysql+pymysql://user@host/db",
            "sqlite:////var/lib/widget.sqlite",
            "a: b@c",
            "user@host: permission denied",
            "see http://host/ and mail me@host",
            "http://host/?page=2",
        ],
    )
    def test_a_text_without_password_stays_as_it_is(self, text: str) -> None:
        assert mask_urls(text) == text

    def test_user_host_and_path_stay_readable(self) -> None:
        masked = mask_urls(f"mysql://octavia:{SECRET}@10.0.0.5:3306/octavia")
        assert masked == "mysql://octavia:***@10.0.0.5:3306/octavia"

    @settings(max_examples=200)
    @given(
        password=st.text(
            st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=20
        ),
        quoted=st.booleans(),
        shape=st.sampled_from(
            ["mysql://user:{}@host/db", "say 'rabbit://u:{}@h:1//' and go"]
        ),
    )
    def test_no_password_survives_in_a_url(
        self, password: str, quoted: bool, shape: str
    ) -> None:
        assume(password not in shape and "***" not in password)
        written = urllib.parse.quote(password, safe="") if quoted else password
        assume(written not in shape)
        assert written not in mask_urls(shape.replace("{}", written))

    @settings(max_examples=100)
    @given(
        password=st.text(
            st.characters(whitelist_categories=["L", "N", "P", "S"]), min_size=4
        ).filter(lambda text: text.strip() == text)
    )
    def test_a_password_of_a_url_is_known_as_written_and_decoded(
        self, password: str
    ) -> None:
        quoted = urllib.parse.quote(password, safe="")
        found = passwords_in(f"mysql://user:{quoted}@host/db")
        assert {password, quoted} <= found

    @settings(max_examples=200)
    @given(text=st.text(max_size=200))
    def test_any_text_is_masked_without_a_fault(self, text: str) -> None:
        masked = mask_urls(text)
        assert mask_urls(masked) == masked

    def test_a_long_text_takes_no_long_time(self) -> None:
        started = time.monotonic()
        for text in ("a" * 30_000, "a" * 15_000 + "://" + "b:" * 10_000, "?" * 30_000):
            assert mask_urls(text) == text
        assert time.monotonic() - started < 2  # a moment, where it grows linearly


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "password",
            "admin_password",
            "db-password",
            "passwd",
            "passphrase",
            "ca_private_key_passphrase",
            "secret",
            "client_secret",
            "auth_token",
            "credential",
            "pwd",
            "db_pwd",
            "heartbeat_key",
            "api-key",
            "PASSWORD",
        ],
    )
    def test_a_name_of_a_secret_sounds_secret(self, name: str) -> None:
        assert sounds_secret(name, "value")

    @pytest.mark.parametrize("name", ["debug", "keyring", "monkey", "path", "bypass_x"])
    def test_an_ordinary_name_does_not(self, name: str) -> None:
        assert not sounds_secret(name, "value")

    def test_the_path_of_a_key_is_no_secret(self) -> None:
        assert not sounds_secret("ca_private_key", "/etc/widget/key.pem")
        assert sounds_secret("ca_private_key", "MIIEvQ")


class TestMask:
    def test_secrets_are_hidden_wherever_they_stand(self) -> None:
        mask = Mask(["hunter2", "tiger99"])
        assert mask("(hunter2)tiger99, hunter2x") == "(***)***, ***x"

    def test_the_longer_one_is_hidden_first(self) -> None:
        assert Mask(["pass", "password1"])("password1") == "***"

    def test_a_short_one_would_garble_the_text(self) -> None:
        assert Mask(["a"])("a cat") == "a cat"

    def test_public_words_stay(self) -> None:
        assert Mask(["octavia"], ["octavia"])("octavia") == "octavia"

    def test_what_looks_like_a_pattern_is_none(self) -> None:
        assert Mask(["a.*b+"])("aXXb a.*b+") == "aXXb ***"

    def test_urls_are_masked_without_any_secret(self) -> None:
        assert SECRET not in Mask()(f"mysql://u:{SECRET}@h")

    def test_lines_and_entries_of_a_value_are_hidden_one_by_one(self) -> None:
        for value in ("first-secret\nsecond-secret", "first-secret, second-secret"):
            mask = Mask(secrets_in(value))
            assert mask("x first-secret y") == "x *** y"
            assert mask("x second-secret y") == "x *** y"

    @pytest.mark.parametrize("value", ["300", "true", "none", ""])
    def test_ordinary_values_are_no_secrets(self, value: str) -> None:
        assert secrets_in(value) == set()

    @settings(max_examples=100)
    @given(
        secrets=st.lists(st.text(min_size=4, max_size=10), min_size=1, max_size=4),
        around=st.text(max_size=10),
    )
    def test_no_secret_survives(self, secrets: list[str], around: str) -> None:
        mask = Mask(secrets)
        for secret in secrets:
            assume("***" not in secret and "*" not in secret)
            assert secret not in mask(f"{around}{secret}{around}") or secret in around
