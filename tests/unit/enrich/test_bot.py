from typing import Any

import pytest

from server.enrich.bot import Bot
from server.enrich.deps import Deps
from server.model.json import JsonObject
from tests.builders import CHROME_USER_AGENT, a_client, an_event, an_xdm
from tests.unit.enrich.agents import AGENTS, Said


def patched(deps: Deps, user_agent: str, *, hints: dict[str, str] | None = None, **xdm: Any) -> JsonObject:
    client = a_client(user_agent=user_agent, client_hints=hints or {})
    return Bot(deps).enrich(an_event(client=client, xdm=an_xdm(**xdm)))


@pytest.mark.parametrize("said", AGENTS, ids=lambda said: said.text[:60] or "empty")
def test_bots_are_marked_and_named_and_nobody_else(deps: Deps, said: Said) -> None:
    expected = {"botDetection": {"score": 1, "name": said.bot}} if said.bot else {}

    assert patched(deps, said.text) == expected


def test_a_headless_browser_that_hides_in_its_user_agent_is_known_by_its_hints(deps: Deps) -> None:
    hints = {"ua": '"HeadlessChrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"'}

    assert patched(deps, CHROME_USER_AGENT, hints=hints) == {"botDetection": {"score": 1, "name": "HeadlessChrome"}}


@pytest.mark.parametrize("verdict", [{"score": 0}, {}, None])
def test_a_verdict_in_the_event_is_not_overwritten(deps: Deps, verdict: Any) -> None:
    assert patched(deps, "Twitterbot/1.0", botDetection=verdict) == {}
