"""What /metrics says of messages and jobs."""

from functools import partial

import httpx

from ap_registry.registry import Registry
from ap_registry.store.jobs import ended_well, failed


def test_metrics_say_what_waits(nobody: httpx.Client) -> None:
    told = nobody.get("/metrics").text
    assert "ap_registry_messages_failed 0.0" in told
    assert "ap_registry_outbox_waiting 0.0" in told


def test_metrics_say_how_each_job_goes(nobody: httpx.Client, registry: Registry) -> None:
    with registry.database.connection() as connection:
        for name, note in (("trial", ended_well), ("other trial", partial(failed, error="E"))):
            note(connection, name=name)
    told = nobody.get("/metrics").text
    assert 'ap_registry_job_failures{job="trial"} 0.0' in told
    assert 'ap_registry_job_seconds{job="trial"} ' in told
    assert 'ap_registry_job_failures{job="other trial"} 1.0' in told
    assert 'ap_registry_job_seconds{job="other trial"} ' not in told
