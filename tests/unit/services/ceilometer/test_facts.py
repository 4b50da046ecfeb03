"""What an installed Ceilometer ships as data."""

from __future__ import annotations

import pytest
import yaml

from upgradecheck.services.ceilometer import facts


class TestMeters:
    def test_those_of_notifications_and_of_the_storage_are_named(self) -> None:
        assert {"image.download", "identity.user.created", "vcpus"} <= {*facts.meters()}

    def test_a_name_that_a_notification_gives_is_left_out(self) -> None:
        assert not [name for name in facts.meters() if "$" in name]


class TestPipelines:
    @pytest.mark.parametrize("name", ["pipeline.yaml", "event_pipeline.yaml"])
    def test_what_is_read_where_the_operator_has_none_is_given(self, name: str) -> None:
        assert {"sources", "sinks"} == {*yaml.safe_load(facts.pipelines()[name])}
