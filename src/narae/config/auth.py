"""The options of accounts."""

from typing import Annotated

from narae.config.options import Option, Section

_O = Option
_Text = str | None


class AuthOptions(Section, frozen=True, kw_only=True):
    """Who may come in, and how. For `oidc_*` see the page on accounts."""

    mode: Annotated[
        str,
        _O(
            "`accounts`: people log in and programs have tokens. `none`: whoever reaches the API "
            "may do everything, so it listens on loopback only.",
            "auth_mode",
        ),
    ] = "accounts"
    session_hours: Annotated[int, _O("How long a login in a browser lasts.", "count")] = 12
    token_hours: Annotated[
        int, _O("How long a token lasts that `POST /auth/token` gives.", "count")
    ] = 24
    password_length_min: Annotated[int, _O("Characters that a password needs.", "count")] = 8
    basic: Annotated[
        bool,
        _O(
            "Whether name and password may come with each request (HTTP basic auth). Airflow's "
            "`api.auth_backends` sets it when it names `basic_auth`.",
            "basic",
            ("api.auth_backends",),
        ),
    ] = False
    public_role: Annotated[
        str, _O("The role of whoever has not logged in; `Public` may do nothing.")
    ] = "Public"
    secure_cookies: Annotated[
        str,
        _O(
            "Whether browsers send cookies over HTTPS alone; `auto`: when `webserver.base_url` "
            "is one of HTTPS.",
            "cookies",
        ),
    ] = "auto"
    oidc_issuer: Annotated[
        str, _O("The OpenID Connect provider that people log in with; empty: none.")
    ] = ""
    oidc_client_id: Annotated[str, _O("What the provider calls this deployment.")] = ""
    oidc_client_secret: Annotated[
        str, _O("What this deployment shows to the provider.", sensitive=True)
    ] = ""
    oidc_scopes: Annotated[str, _O("What the provider is asked for, space-separated.")] = (
        "openid profile email"
    )
    oidc_username_claim: Annotated[str, _O("The claim that is the user's name here.")] = (
        "preferred_username"
    )
    oidc_roles_claim: Annotated[
        str, _O("The claim with the user's groups; empty: roles are given here.")
    ] = ""
    oidc_role_mapping: Annotated[
        str,
        _O('Group to role, as JSON: `{"data-eng": "Op", "staff": "Viewer"}`.', "json"),
    ] = "{}"
    oidc_default_role: Annotated[
        str, _O("The role of those whom no group gives one; empty: they stay out.")
    ] = "Viewer"
