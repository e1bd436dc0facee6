"""Who an OpenID provider's claims speak of. Pure.

https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
"""

from collections.abc import Mapping
from typing import Any

from narae.accounts.logins import Profile
from narae.errors import NaraeError


class ClaimError(NaraeError):
    """The claims do not say who it is."""


def profile_of(
    claims: Mapping[str, Any],
    *,
    username_claim: str,
    roles_claim: str,
    role_mapping: Mapping[str, str],
    default_role: str,
) -> Profile:
    """The profile; ClaimError when a claim that is needed is missing.

    Roles are those that ``role_mapping`` gives for the values of ``roles_claim`` (a name, or a
    path such as ``realm_access.roles``); ``default_role`` when it gives none. Without
    ``roles_claim`` the provider gives no roles: newcomers have the default one, and what is
    changed here stays.
    """
    subject, issuer = claims.get("sub"), claims.get("iss")
    username = _at(claims, username_claim)
    for name, value in (("sub", subject), ("iss", issuer), (username_claim, username)):
        if not isinstance(value, str) or not value:
            raise ClaimError(f"the OpenID provider's token has no claim {name!r}")
    roles = _roles(claims, roles_claim, role_mapping) if roles_claim else set()
    roles = roles or ({default_role} if default_role else set())
    if not roles:
        raise ClaimError(f"no group of {username!r} gives a role here: see auth.oidc_role_mapping")
    return Profile(
        external=f"{issuer} {subject}",
        username=str(username),
        email=_text(claims, "email"),
        first_name=_text(claims, "given_name"),
        last_name=_text(claims, "family_name"),
        roles=tuple(sorted(roles)) if roles_claim else None,
        first_roles=tuple(sorted(roles)),
    )


def _roles(claims: Mapping[str, Any], claim: str, mapping: Mapping[str, str]) -> set[str]:
    groups = _at(claims, claim)
    names = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return {mapping[name] for name in names if isinstance(name, str) and name in mapping}


def _at(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def local_path(text: str | None) -> str:
    """Where to go after a login: a path of this server, and nothing else.

    >>> local_path("/dags?x=1"), local_path("//evil.example"), local_path("https://evil.example")
    ('/dags?x=1', '/', '/')
    """
    if not text or not text.startswith("/") or text[1:2] in {"/", "\\"} or not text.isprintable():
        return "/"
    return text
