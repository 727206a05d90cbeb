"""Configuration overrides of the Web SDK: taken where the datastream allows them, refused by name where not."""

from e2e.alloy.site import OTHER_DATASET, Site

PLATFORM = "com_adobe_experience_platform"
TO_OTHER = {PLATFORM: {"datasets": {"event": {"datasetId": OTHER_DATASET}}}}


def test_an_allowed_dataset_is_taken_for_one_event_or_for_all(site: Site) -> None:
    site.open(datastreamId="overrides")
    site.send("to the other dataset", edgeConfigOverrides=TO_OTHER)
    site.send("to its own dataset")
    site.open(datastreamId="overrides", edgeConfigOverrides=TO_OTHER)
    site.send("all to the other")

    datasets = {
        name: [event.dataset_id for event in site.stored(name)]
        for name in ("to the other dataset", "to its own dataset", "all to the other")
    }
    assert datasets["to the other dataset"] == datasets["all to the other"] == [OTHER_DATASET]
    assert datasets["to its own dataset"] != [OTHER_DATASET]
    assert len(datasets["to its own dataset"]) == 1


def test_another_datastream_is_taken_for_one_event(site: Site) -> None:
    site.open()

    site.send("to another datastream", edgeConfigOverrides={"datastreamId": "overrides"})

    assert [event.datastream_id for event in site.stored("to another datastream")] == ["overrides"]


def test_events_can_be_kept_out_of_the_platform(site: Site) -> None:
    site.open(datastreamId="overrides")

    site.send("switched off", edgeConfigOverrides={PLATFORM: {"enabled": False}})

    assert site.stored("switched off") == []


def test_what_is_not_allowed_or_not_known_is_refused_by_name(site: Site) -> None:
    site.open()
    said = {
        name: site.page.evaluate(
            """overrides => alloy("sendEvent", {edgeConfigOverrides: overrides}).catch(error => error.message)""",
            overrides,
        )
        for name, overrides in {
            "dataset": TO_OTHER,
            "unknown": {"myinvalidoverride": {"a": 1}},
            "kind": {"com_adobe_identity": {"idSyncContainerId": "7"}},
        }.items()
    }

    assert all("status code 400" in text and "EXEG-0113-400" in text for text in said.values())
    assert f"{PLATFORM}.datasets.event.datasetId" in said["dataset"]
    assert "myinvalidoverride" in said["unknown"]
    assert "com_adobe_identity.idSyncContainerId" in said["kind"]


def test_what_other_services_would_do_is_accepted(site: Site) -> None:
    site.open(edgeConfigOverrides={"com_adobe_analytics": {"reportSuites": ["suite"]}})

    site.send("with report suites", edgeConfigOverrides={"com_adobe_target": {"propertyToken": "x"}})

    assert len(site.stored("with report suites")) == 1
