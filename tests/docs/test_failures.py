from pathlib import Path

from server.model.outcome import FailureReason

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "failures.md"


def test_every_reason_has_its_row_and_no_row_is_of_another() -> None:
    rows = {line.split("`")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")}

    assert rows == {reason.value for reason in FailureReason}
