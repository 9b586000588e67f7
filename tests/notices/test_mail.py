"""Mail goes out once, or is tried again, or is given up and shown."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import InvalidInputError
from apps.core.models import AuditEntry
from apps.notices.mail import BODIES_KEPT, LEASE, MOST_ATTEMPTS, forget_old_bodies, send_due
from apps.notices.models import Delivery, DeliveryState
from apps.notices.services import queue_mail
from tests import builders
from tests.cast import Cast

WORDS: dict[str, Any] = {"kind": "greeting", "subject": "Good morning", "text": "Hello there"}


class Refusing(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def refusing(settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"


@pytest.mark.django_db
def test_a_mail_goes_out_once_with_both_bodies() -> None:
    row = queue_mail(**WORDS, key="a", address="reader@example.org", html="<p>Hello there</p>")
    assert send_due(timezone.now()) == 1
    assert send_due(timezone.now()) == 0
    [sent] = outbox.outbox
    assert (sent.to, sent.subject, sent.body) == (["reader@example.org"], "Good morning", "Hello there")
    assert "<p>Hello there</p>" in sent.message().as_string()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.SENT, 1, "")
    assert str(row.public_id) in sent.extra_headers["Message-ID"]


@pytest.mark.django_db
def test_the_same_key_is_queued_once() -> None:
    first = queue_mail(**WORDS, key="a", address="reader@example.org")
    again = queue_mail(kind="greeting", subject="Other", text="Other", key="a", address="other@example.org")
    assert again == first
    assert again.address == "reader@example.org"
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_what_is_rolled_back_is_never_sent() -> None:
    with transaction.atomic():
        queue_mail(**WORDS, key="a", address="reader@example.org")
        transaction.set_rollback(True)
    assert send_due(timezone.now()) == 0


@pytest.mark.django_db
def test_nothing_is_sent_before_its_time() -> None:
    later = timezone.now() + timedelta(days=1)
    queue_mail(**WORDS, key="a", address="reader@example.org", not_before=later)
    assert send_due(timezone.now()) == 0
    assert send_due(later) == 1


@pytest.mark.django_db
def test_a_user_is_reached_where_she_is_on_the_day_of_sending(cast: Cast) -> None:
    queue_mail(**WORDS, key="a", user=cast.fay)
    cast.fay.email = "new@example.org"
    cast.fay.save()
    send_due(timezone.now())
    assert outbox.outbox[0].to == ["new@example.org"]


@pytest.mark.django_db
def test_nobody_writes_to_an_account_that_is_switched_off(cast: Cast) -> None:
    row = queue_mail(**WORDS, key="a", user=cast.fay)
    cast.fay.is_active = False
    cast.fay.save()
    send_due(timezone.now())
    row.refresh_from_db()
    assert (outbox.outbox, row.state) == ([], DeliveryState.FAILED)


@pytest.mark.django_db
@pytest.mark.usefixtures("refusing")
def test_a_refusal_is_tried_again_later_each_time_and_given_up_in_the_end() -> None:
    row = queue_mail(**WORDS, key="a", address="reader@example.org")
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        row.refresh_from_db()
        assert row.state == DeliveryState.QUEUED
        before = timezone.now()
        assert send_due(row.not_before) == 1
        row.refresh_from_db()
        pauses.append((row.not_before - before).total_seconds() // 60)
    assert pauses[:4] == [1, 2, 4, 8]
    assert row.state == DeliveryState.FAILED
    assert "Connection unexpectedly closed" in row.last_error
    assert send_due(timezone.now() + timedelta(days=30)) == 0


@pytest.mark.django_db
def test_a_sender_that_died_is_replaced_when_its_lease_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_mail(**WORDS, key="a", address="reader@example.org")
    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", _killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(now)
    assert send_due(now + LEASE / 2) == 0
    assert send_due(now + LEASE) == 1
    assert len(outbox.outbox) == 1


def _killed(*_: Any) -> int:
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_senders_at_once_never_take_the_same_mail() -> None:
    for number in range(60):
        queue_mail(**WORDS, key=str(number), address=f"reader{number}@example.org")
    barrier = Barrier(6)

    def send() -> None:
        barrier.wait()
        try:
            while send_due(timezone.now()):
                pass
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent.to[0] for sent in outbox.outbox) == sorted(f"reader{number}@example.org" for number in range(60))
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db
def test_lines_of_a_subject_become_one_so_that_no_header_is_added() -> None:
    queue_mail(kind="greeting", subject="Hello\r\nBcc: all@example.org", text="-", key="a", address="r@example.org")
    send_due(timezone.now())
    assert outbox.outbox[0].subject == "Hello Bcc: all@example.org"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["nobody", "a@b@c", "a@example.org\nBcc: b@example.org", "a@example.org, b@c.org"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError):
        queue_mail(**WORDS, key="a", address=address)


@pytest.mark.django_db
def test_the_table_knows_who_it_is_for_and_which_steps_there_are(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.delivery(user=cast.fay, address="fay@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.delivery(user=None, address="")
    row = builders.delivery(state=DeliveryState.SENT, sent_at=timezone.now())
    with pytest.raises(Exception, match="Invalid transition"), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.QUEUED)


@pytest.mark.django_db
def test_bodies_are_emptied_when_they_are_old() -> None:
    now = timezone.now()
    old = builders.delivery(state=DeliveryState.SENT, sent_at=now - BODIES_KEPT - timedelta(days=1))
    young = builders.delivery(state=DeliveryState.SENT, sent_at=now)
    assert forget_old_bodies(now) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.text, young.text) == ("", "Hello")
    assert forget_old_bodies(now) == 0


@pytest.mark.django_db
def test_a_failed_one_is_sent_again_from_the_desk(cast: Cast) -> None:
    failed = builders.delivery(state=DeliveryState.FAILED, attempts=MOST_ATTEMPTS, last_error="gone")
    sent = builders.delivery(state=DeliveryState.SENT, sent_at=timezone.now())
    data = {"action": "send_again", "_selected_action": [failed.pk, sent.pk]}
    assert signed_in(cast.ada).post(reverse("admin:notices_delivery_changelist"), data).status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (DeliveryState.QUEUED, 0)
    assert AuditEntry.objects.get(subject_id=failed.public_id).verb == "send_again"
    assert signed_in(cast.carla).get(reverse("admin:notices_delivery_changelist")).status_code == 403


@pytest.mark.django_db
def test_bodies_are_shown_only_in_a_demonstration_that_sends_nothing(
    cast: Cast,
    settings: Settings,
) -> None:
    row = builders.delivery(text="a secret link https://example.org/x")
    page = reverse("admin:notices_delivery_change", args=[row.pk])
    client = signed_in(cast.ada)
    assert "secret link" not in client.get(page).content.decode()
    assert client.get(reverse("portal:mailbox")).status_code == 404
    settings.MAIL_STAYS_HERE = True
    assert "secret link" in client.get(page).content.decode()
    shown = client.get(reverse("portal:mailbox")).content.decode()
    assert '<a href="https://example.org/x"' in shown
    assert Client().get(reverse("portal:mailbox")).status_code == 302
