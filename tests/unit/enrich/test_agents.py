import time

import pytest
import user_agents

from server.enrich.agents import CACHED_AGENTS, MAX_USER_AGENT_CHARS, UserAgents
from server.enrich.deps import Deps
from tests.unit.enrich.agents import AGENTS, Said


def whole(name: str | None, version: str | None) -> str | None:
    return f"{name} {version}" if name and version else name


@pytest.mark.parametrize("said", AGENTS, ids=lambda said: said.text[:60] or "empty")
def test_the_fast_parser_says_what_user_agents_says(deps: Deps, said: Said) -> None:
    ours, theirs = deps.agents.parse(said.text), user_agents.parse(said.text)

    assert (ours.browser, ours.os, ours.device) == (theirs.browser, theirs.os, theirs.device)
    for verdict in ("is_mobile", "is_tablet", "is_pc", "is_bot", "is_touch_capable", "is_email_client"):
        assert getattr(ours, verdict) == getattr(theirs, verdict), verdict
    assert str(ours) == str(theirs)


@pytest.mark.parametrize("said", AGENTS, ids=lambda said: said.text[:60] or "empty")
def test_browser_system_device_and_bot_are_understood(deps: Deps, said: Said) -> None:
    agent = deps.agents.look_up(said.text)

    understood = (
        whole(agent.browser, agent.browser_version),
        whole(agent.system, agent.system_version),
        agent.device_type,
        agent.manufacturer,
        agent.model,
        agent.bot,
    )
    assert understood == said[1:]


def test_makers_of_browser_and_system_are_named(deps: Deps) -> None:
    agent = deps.agents.look_up(AGENTS[0].text)

    assert (agent.browser_vendor, agent.system_vendor) == ("Google", "Microsoft")


def test_what_follows_512_characters_is_not_looked_at(deps: Deps) -> None:
    long = "Mozilla/5.0 (X11; Linux x86_64) " + "x" * (MAX_USER_AGENT_CHARS - 32) + " Firefox/143.0"

    assert deps.agents.look_up(long).browser is None


def test_a_hostile_user_agent_costs_little(deps: Deps) -> None:
    """60 kB of it take the pure-Python parser more than a second (I13)."""
    hostile = "Mozilla/5.0 (Linux; Android " + "1." * 30_000 + ") Mobile Safari"

    started = time.process_time()
    deps.agents.look_up(hostile)

    assert time.process_time() - started < 0.1


def test_the_cache_is_the_instances_own_and_bounded(deps: Deps) -> None:
    other = UserAgents()

    first, again = other.look_up("curl/8.5.0"), other.look_up("curl/8.5.0")

    assert first is again
    assert deps.agents.look_up("curl/8.5.0") is not first
    assert other._cached.cache_info().maxsize == CACHED_AGENTS
