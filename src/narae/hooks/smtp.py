"""Sending mail by SMTP."""

import logging
import mimetypes
import os
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

from narae.errors import AirflowConfigException

log = logging.getLogger("airflow.task")

_ON = frozenset({"true", "t", "1", "yes", "on"})
_IMPLICIT_TLS_PORT = 465


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """Section ``smtp`` of the settings, with Airflow's names and defaults."""

    host: str = "localhost"
    port: int = 25
    user: str | None = None
    password: str | None = None
    starttls: bool = True
    use_tls: bool = False
    mail_from: str = "narae@localhost"
    timeout_seconds: float = 30.0
    retry_limit: int = 5

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "SmtpSettings":
        """From ``NARAE__SMTP__*`` or ``AIRFLOW__SMTP__*``."""

        def text(name: str, default: str) -> str:
            key = f"SMTP__SMTP_{name}"
            return environ.get(f"NARAE__{key}", environ.get(f"AIRFLOW__{key}", default))

        return cls(
            host=text("HOST", cls.host),
            port=_number(text("PORT", str(cls.port)), "smtp_port", int),
            user=text("USER", "") or None,
            password=text("PASSWORD", "") or None,
            starttls=text("STARTTLS", "True").lower() in _ON,
            use_tls=text("SSL", "False").lower() in _ON,
            mail_from=text("MAIL_FROM", cls.mail_from),
            timeout_seconds=_number(text("TIMEOUT", "30"), "smtp_timeout", float),
            retry_limit=_number(text("RETRY_LIMIT", "5"), "smtp_retry_limit", int),
        )

    @classmethod
    def from_connection(cls, connection: Any) -> "SmtpSettings":
        """From a connection of type smtp; its extra may say what the fields can't."""
        extra = connection.extra_dejson
        tls = not extra.get("disable_ssl", connection.port != _IMPLICIT_TLS_PORT)
        return cls(
            host=connection.host or cls.host,
            port=connection.port or (_IMPLICIT_TLS_PORT if tls else cls.port),
            user=connection.login,
            password=connection.password,
            starttls=not tls and not extra.get("disable_tls", False),
            use_tls=tls,
            mail_from=extra.get("from_email") or cls.mail_from,
            timeout_seconds=float(extra.get("timeout", cls.timeout_seconds)),
            retry_limit=int(extra.get("retry_limit", cls.retry_limit)),
        )


def _number(text: str, name: str, kind: Any) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise AirflowConfigException(f"[smtp] {name} is {text!r}, which is no number") from None


def addresses(value: str | Iterable[str] | None) -> list[str]:
    """One address, several in one text (``,`` or ``;`` between them), or an iterable of them.

    >>> addresses("a@x.org; b@x.org")
    ['a@x.org', 'b@x.org']
    """
    texts = [value] if isinstance(value, str) else list(value or ())
    parts = [part for text in texts for part in text.replace(";", ",").split(",")]
    return [part.strip() for part in parts if part.strip()]


def send_email(  # noqa: PLR0913, PLR0917 - Airflow's signature
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    files: Iterable[str] | None = None,
    dryrun: bool = False,  # noqa: FBT001, FBT002 - Airflow's signature
    cc: str | Iterable[str] | None = None,
    bcc: str | Iterable[str] | None = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    conn_id: str | None = None,
    custom_headers: Mapping[str, str] | None = None,
    *,
    from_email: str | None = None,
    settings: SmtpSettings | None = None,
    **_ignored: Any,
) -> None:
    """Sends one mail, HTML with attachments, by the deployment's SMTP settings.

    ``conn_id`` names a connection that overrules them.
    """
    chosen = settings or _settings(conn_id)
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = from_email or chosen.mail_from
    message["To"] = ", ".join(addresses(to))
    if cc:
        message["Cc"] = ", ".join(addresses(cc))
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid()
    for name, value in (custom_headers or {}).items():
        message[name] = value
    message.set_content(html_content, subtype="html", charset=mime_charset)
    for file in files or ():
        _attach(message, Path(file), mime_subtype)
    recipients = [*addresses(to), *addresses(cc), *addresses(bcc)]
    if not recipients:
        raise AirflowConfigException(f"the mail {subject!r} has no recipient")
    if dryrun:
        log.info("Not sent (dry run): mail %r to %s", subject, recipients)
        return
    deliver(message, recipients, chosen)
    log.info("Sent mail %r to %s", subject, recipients)


def deliver(message: EmailMessage, recipients: list[str], settings: SmtpSettings) -> None:
    """Hands the message to the server; a server that hangs up is tried again."""
    for left in reversed(range(max(settings.retry_limit, 1))):
        try:
            with _session(settings) as session:
                session.send_message(message, to_addrs=recipients)
        except smtplib.SMTPServerDisconnected:
            if not left:
                raise
            log.warning("the mail server hung up: trying again (%d left)", left)
        else:
            return


def _session(settings: SmtpSettings) -> smtplib.SMTP:
    place = (settings.host, settings.port)
    if settings.use_tls:
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            *place, timeout=settings.timeout_seconds, context=ssl.create_default_context()
        )
    else:
        session = smtplib.SMTP(*place, timeout=settings.timeout_seconds)
        if settings.starttls:
            session.starttls(context=ssl.create_default_context())
    if settings.user and settings.password:
        session.login(settings.user, settings.password)
    return session


def _settings(conn_id: str | None) -> SmtpSettings:
    if conn_id is None:
        return SmtpSettings.from_environ(os.environ)
    from narae.hooks.base import BaseHook  # noqa: PLC0415 - only a mail by connection needs it

    return SmtpSettings.from_connection(BaseHook.get_connection(conn_id))


def _attach(message: EmailMessage, file: Path, subtype: str) -> None:
    del subtype  # an EmailMessage with attachments is multipart/mixed, which is the default
    guessed, _ = mimetypes.guess_type(file.name)
    main, _, sub = (guessed or "application/octet-stream").partition("/")
    message.add_attachment(file.read_bytes(), maintype=main, subtype=sub, filename=file.name)
