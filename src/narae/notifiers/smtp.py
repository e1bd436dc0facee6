"""Telling somebody by mail."""

from collections.abc import Iterable, Sequence
from typing import Any

from narae.notifiers.base import BaseNotifier


class SmtpNotifier(BaseNotifier):
    """Sends one HTML mail."""

    template_fields: Sequence[str] = ("from_email", "to", "subject", "html_content", "files", "cc")
    template_ext: Sequence[str] = (".html",)

    def __init__(  # noqa: PLR0913, PLR0917 - Airflow's signature
        self,
        to: str | Iterable[str],
        from_email: str | None = None,
        subject: str | None = None,
        html_content: str | None = None,
        files: list[str] | None = None,
        cc: str | Iterable[str] | None = None,
        smtp_conn_id: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.to = to
        self.from_email = from_email
        self.subject = subject or "{{ dag.dag_id }}: {{ ti.task_id }} {{ ti.state }}"
        self.html_content = html_content or "<p>{{ ti.log_url }}</p>"
        self.files = files
        self.cc = cc
        self.smtp_conn_id = smtp_conn_id

    def notify(self, context: Any) -> None:
        """Sends it."""
        del context
        from narae.hooks.smtp import send_email  # noqa: PLC0415 - loads ssl; a DAG file needs none

        send_email(
            self.to,
            self.subject,
            self.html_content,
            files=self.files,
            cc=self.cc,
            conn_id=self.smtp_conn_id,
            from_email=self.from_email,
        )
