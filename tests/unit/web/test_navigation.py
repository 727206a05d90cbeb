from server.store.users import Role
from server.web.navigation import navigation


def test_the_entry_of_the_section_is_the_current_one() -> None:
    groups = navigation("live", lambda route: f"/to/{route}", role=Role.ADMIN)

    current = [entry for group in groups for entry in group.entries if entry.is_current]
    assert [(entry.label, entry.href) for entry in current] == [("Live", "/to/live")]


def test_a_page_of_no_section_has_no_current_entry() -> None:
    groups = navigation("", lambda route: f"/to/{route}", role=Role.ADMIN)

    assert not any(entry.is_current for group in groups for entry in group.entries)


def test_only_the_first_group_has_no_name() -> None:
    groups = navigation("home", lambda route: f"/to/{route}", role=Role.ADMIN)

    assert [bool(group.label) for group in groups] == [False] + [True] * (len(groups) - 1)


def test_places_of_administrators_are_shown_to_nobody_else() -> None:
    def labels(role: Role) -> set[str]:
        groups = navigation("home", lambda route: f"/to/{route}", role=role)
        return {entry.label for group in groups for entry in group.entries}

    assert labels(Role.ADMIN) - labels(Role.APPROVER) == {"People", "Audit log"}
    assert labels(Role.VIEWER) == labels(Role.APPROVER)
