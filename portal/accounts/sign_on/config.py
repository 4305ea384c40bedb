"""Leaves allauth's kinds of providers out of processes that sign nobody in."""

from __future__ import annotations

from allauth.socialaccount.apps import SocialAccountConfig


class SignOnConfig(SocialAccountConfig):  # type: ignore[misc]  # allauth carries no types
    """Leaves it to `portal.urls` to load providers, whose libraries take long to import."""

    def ready(self) -> None:
        """Register the checks."""
        from allauth.socialaccount import checks  # noqa: F401  # registers itself
