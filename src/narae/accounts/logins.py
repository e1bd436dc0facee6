"""Coming in: by password, session, token, or by somebody who vouches for a user."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from narae.accounts import throttle
from narae.accounts.deployment import Accounts
from narae.accounts.errors import Forbidden, LoginRefused, Throttled
from narae.accounts.passwords import LENGTH_MAX, hash_password, is_outdated, is_password
from narae.accounts.permissions import Principal, PrincipalKind, nobody
from narae.accounts.ports import (
    AddSession,
    AddToken,
    ApiToken,
    Change,
    EndSession,
    LoggedIn,
    PutUser,
    RevokeToken,
    Session,
    TokenKind,
    User,
)
from narae.accounts.tokens import hash_key, new_key, new_token, parse_scope, plain_scope, token_id
from narae.accounts.users import USERNAME_MAX, UserWish, create_user, find_user, update_user
from narae.core.commands import Audit
from narae.core.spec import Value
from narae.engine.actions.act import Act
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound

SEEN_EVERY = timedelta(minutes=1)
"""A sign of life is written no oftener."""
TOKEN_NAME_MAX = 100


class Login(NamedTuple):
    """A new session; ``key`` is told to the browser and to nobody else."""

    key: str
    session: Session
    user: User


class NewToken(NamedTuple):
    """A new token; ``secret`` is shown once."""

    secret: str
    token: ApiToken


class Profile(Value, frozen=True, kw_only=True):
    """What somebody who vouches for a user says of them."""

    external: str
    """Who says so, and whom they mean: ``issuer subject``."""
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    roles: tuple[str, ...] | None = None
    """None leaves them as they are."""
    first_roles: tuple[str, ...] = ()
    """Of somebody who comes for the first time, when ``roles`` says nothing."""


# -- by password ------------------------------------------------------------------------------


def check_login(
    accounts: Accounts, act: Act, username: str, password: str, *, address: str | None
) -> User:
    """The user whose password it is; LoginRefused or Throttled otherwise.

    A failure is counted before the password is looked at, and taken back when it is right: so
    many guesses at once get no further than one after the other.
    """
    if len(username) > USERNAME_MAX or len(password) > LENGTH_MAX:
        raise LoginRefused(_WRONG)
    counted = throttle.subjects(username, address)
    wait = accounts.store.try_login(
        counted, at=act.now, wait=lambda failures: throttle.wait(failures, now=act.now)
    )
    if wait > timedelta():
        raise Throttled(wait)
    user = accounts.store.user(username)
    hashed = None if user is None else accounts.store.password_hash(user.user_id)
    if not is_password(password, hashed) or user is None or not user.is_active:
        _note_failure(accounts, act, user)
        raise LoginRefused(_WRONG)
    # An address keeps its other failures: a guesser may have an account of their own.
    accounts.store.forget_failures(
        {subject: None if subject.startswith("user:") else 1 for subject in counted}
    )
    if hashed is not None and is_outdated(hashed):
        renewed = PutUser(user=user, password_hash=hash_password(password))
        accounts.store.change_accounts([renewed], revision=accounts.store.accounts_revision())
    return user


def login(
    accounts: Accounts,
    act: Act,
    username: str,
    password: str,
    *,
    address: str | None = None,
    replaces: str | None = None,
) -> Login:
    """A session for the right password. ``replaces`` is the browser's key until now; it ends."""
    user = check_login(accounts, act, username, password, address=address)
    return _new_session(accounts, act, user, address=address, replaces=replaces)


def logout(accounts: Accounts, act: Act, key: str) -> None:
    """Ends the session of that key; nothing happens when there is none."""
    session = accounts.store.session(hash_key(key))
    if session is None:
        return
    user = accounts.store.user_of(session.user_id)
    audit = _by(user.username if user else act.who, act.audit("logout"))
    accounts.store.change_accounts([EndSession(key_hash=session.key_hash), audit])


def login_external(
    accounts: Accounts,
    act: Act,
    profile: Profile,
    *,
    address: str | None = None,
    replaces: str | None = None,
) -> Login:
    """A session for a user somebody vouches for, who is made when they come first.

    LoginRefused when another user has the name: whoever controls names elsewhere must not get
    at accounts here. The last active Admin stays one, whatever is said.
    """
    try:
        user = _vouched_for(accounts, act, profile)
    except (AlreadyExists, Invalid, NotFound) as error:
        raise LoginRefused(error.words) from error
    if not user.is_active:
        raise LoginRefused(f"the account {user.username!r} is not active")
    return _new_session(accounts, act, user, address=address, replaces=replaces)


# -- tokens -----------------------------------------------------------------------------------


def login_token(
    accounts: Accounts, act: Act, username: str, password: str, *, address: str | None = None
) -> NewToken:
    """A token for the right password; it ends by itself, or when the password changes."""
    user = check_login(accounts, act, username, password, address=address)
    accounts.store.forget_sessions(before=act.now)
    until = act.now + accounts.rules.token
    made = _new_token(act, user, name="login", kind=TokenKind.LOGIN, expires_at=until)
    audit = _by(user.username, act.audit("login", token=made.token.token_id))
    accounts.store.change_accounts(
        [LoggedIn(user_id=user.user_id, at=act.now), _adding(made), audit]
    )
    return made


def make_token(  # noqa: PLR0913 - by name
    accounts: Accounts,
    act: Act,
    username: str,
    name: str,
    *,
    scope: str = "all",
    expires_at: datetime | None = None,
    by: Principal | None = None,
) -> NewToken:
    """A personal token. ``by`` is whoever asks, unless it is the command line.

    Forbidden for those whose own token is not good for everything.
    """
    if by is not None and by.scope is not None:
        raise Forbidden("a token with a scope can't make tokens")
    if not 0 < len(name.strip()) <= TOKEN_NAME_MAX or not name.isprintable():
        raise Invalid("name", f"it needs 1 to {TOKEN_NAME_MAX} characters that can be seen")
    if expires_at is not None and expires_at <= act.now:
        raise Invalid("expires_at", "that moment is past")
    user = find_user(accounts, username)
    made = _new_token(act, user, name=name.strip(), scope=plain_scope(scope), expires_at=expires_at)
    detail = {"token": made.token.token_id, "name": made.token.name, "scope": made.token.scope}
    audit = act.audit("create_token", username=username, after=detail)
    accounts.store.change_accounts([_adding(made), audit])
    return made


def revoke_token(
    accounts: Accounts, act: Act, token: str, *, user_id: int | None = None
) -> ApiToken:
    """Ends a token, of that user when one is named; NotFound when there is none."""
    known = accounts.store.tokens(user_id)
    found = next((each for each in known if each.token_id == token), None)
    if found is None:
        raise NotFound("token", token, among=[each.token_id for each in known])
    if found.revoked_at is not None:
        return found
    audit = act.audit("revoke_token", token=token, name=found.name)
    accounts.store.change_accounts([RevokeToken(token_id=token, at=act.now), audit])
    return msgspec.structs.replace(found, revoked_at=act.now)


# -- who is it? -------------------------------------------------------------------------------


def authenticate_session(accounts: Accounts, key: str, *, now: datetime) -> Principal | None:
    """Whose session it is; None when it is nobody's, or over."""
    session = accounts.store.session(hash_key(key))
    if session is None or session.expires_at <= now:
        return None
    user = accounts.store.user_of(session.user_id)
    if user is None or not user.is_active:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        accounts.store.session_seen(session.key_hash, at=now)
    found = principal_of(accounts, user)
    return msgspec.structs.replace(found, csrf=session.csrf, session=session.key_hash)


def authenticate_bearer(accounts: Accounts, secret: str, *, now: datetime) -> Principal | None:
    """Whose token it is; None when it is nobody's, expired or revoked."""
    token = accounts.store.token(hash_key(secret))
    if token is None or token.revoked_at is not None:
        return None
    if token.expires_at is not None and token.expires_at <= now:
        return None
    user = accounts.store.user_of(token.user_id)
    if user is None or not user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY:
        accounts.store.token_used(token.token_id, at=now)
    return msgspec.structs.replace(
        principal_of(accounts, user),
        kind=PrincipalKind.TOKEN,
        scope=parse_scope(token.scope),
        token_id=token.token_id,
    )


def principal_of(accounts: Accounts, user: User) -> Principal:
    """A user with all that they may do."""
    return Principal(
        username=user.username,
        kind=PrincipalKind.USER,
        user_id=user.user_id,
        roles=user.roles,
        permissions=accounts.store.permissions_of(user.roles),
    )


def anonymous(accounts: Accounts) -> Principal:
    """Whoever has not said who they are."""
    role = accounts.rules.public_role
    return nobody(role, accounts.store.permissions_of([role]))


# -- inside -----------------------------------------------------------------------------------

_WRONG = "the name or the password is wrong"


def _by(username: str, audit: Audit) -> Audit:
    """Who logs in is not yet who acts."""
    return msgspec.structs.replace(audit, who=username)


def _note_failure(accounts: Accounts, act: Act, user: User | None) -> None:
    # What stands for no user is not kept: it may be a password in the wrong field.
    if user is None:
        accounts.store.change_accounts([act.audit("login_failed")])
        return
    failed = LoggedIn(user_id=user.user_id, at=act.now, failed=True)
    audit = act.audit("login_failed", username=user.username)
    accounts.store.change_accounts([failed, audit])


def _new_session(
    accounts: Accounts, act: Act, user: User, *, address: str | None, replaces: str | None
) -> Login:
    accounts.store.forget_sessions(before=act.now)
    key = new_key(act.chance)
    session = Session(
        key_hash=hash_key(key),
        user_id=user.user_id,
        csrf=new_key(act.chance),
        created_at=act.now,
        seen_at=act.now,
        expires_at=act.now + accounts.rules.session,
        address=address,
    )
    ended: Sequence[Change] = [EndSession(key_hash=hash_key(replaces))] if replaces else []
    accounts.store.change_accounts(
        [
            *ended,
            LoggedIn(user_id=user.user_id, at=act.now),
            AddSession(session=session),
            _by(user.username, act.audit("login")),
        ]
    )
    return Login(key, session, user)


def _vouched_for(accounts: Accounts, act: Act, profile: Profile) -> User:
    users = accounts.store.users()
    known = next((user for user in users if user.external == profile.external), None)
    act = Act(
        store=act.store,
        notifier=act.notifier,
        now=act.now,
        chance=act.chance,
        who=known.username if known else profile.username,
        origin=act.origin,
    )
    wish = UserWish(
        email=profile.email,
        first_name=profile.first_name,
        last_name=profile.last_name,
        roles=profile.roles,
    )
    if known is not None:
        try:
            return update_user(accounts, act, known.username, wish)
        except Conflict:
            return known  # the last active Admin
    if any(user.username == profile.username for user in users):
        raise LoginRefused(f"there is another user {profile.username!r} here")
    roles = profile.first_roles if profile.roles is None else profile.roles
    named = msgspec.structs.replace(wish, username=profile.username, roles=roles)
    return create_user(accounts, act, named, password=None, external=profile.external)


def _new_token(
    act: Act,
    user: User,
    *,
    name: str,
    kind: TokenKind = TokenKind.PERSONAL,
    scope: str = "all",
    expires_at: datetime | None = None,
) -> NewToken:
    secret = new_token(act.chance)
    return NewToken(
        secret,
        ApiToken(
            token_id=token_id(hash_key(secret)),
            user_id=user.user_id,
            name=name,
            kind=kind,
            scope=scope,
            created_at=act.now,
            expires_at=expires_at,
        ),
    )


def _adding(made: NewToken) -> AddToken:
    return AddToken(token=made.token, token_hash=hash_key(made.secret))
