from server.property.names import cure, did_you_mean, nearest

KNOWN = ("events", "exceptions", "actions", "pageName")


def test_the_nearest_name_is_found_whatever_its_capitals() -> None:
    assert nearest("event", KNOWN) == "events"
    assert nearest("PAGENAME", KNOWN) == "pageName"
    assert nearest("zzz", KNOWN) is None


def test_a_question_is_asked_only_when_there_is_something_to_ask() -> None:
    assert did_you_mean("evnts", KNOWN) == " Did you mean `events`?"
    assert did_you_mean("zzz", KNOWN) == ""


def test_the_cure_lists_what_there_is_when_nothing_is_near() -> None:
    assert cure("evnts", KNOWN) == "Did you mean `events`?"
    assert cure("zzz", ("b", "a")) == "Use one of `a`, `b`."
    assert cure("zzz", [f"name{index:02}" for index in range(20)]).endswith("`name11` ….")
    assert cure("zzz", ()) == "Remove it."
