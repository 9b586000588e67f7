"""Idempotency-Key: a post that is sent again does its work once and gets the first answer again."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.db import connection, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.conditional import with_etag
from apps.core.api.exceptions import BadHeaderError, KeyReusedError
from apps.core.models import IdempotentResponse

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
Handler = Callable[..., Response]

# A second post with the same key waits here until the first one has committed or failed.
CLAIM = """
    INSERT INTO core_idempotentresponse (user_id, key, request_digest, location, created_at)
    VALUES (%s, %s, %s, '', now())
    ON CONFLICT (user_id, key) DO UPDATE
        SET request_digest = excluded.request_digest, status = NULL, body = NULL, location = '', created_at = now()
        WHERE core_idempotentresponse.created_at < now() - interval '24 hours'
    RETURNING id
"""
FORGET = """
    DELETE FROM core_idempotentresponse WHERE id IN (
        SELECT id FROM core_idempotentresponse WHERE created_at < now() - interval '24 hours'
        ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


def idempotent(handler: Handler) -> Handler:
    """The key's row is written in the transaction of the work itself, so a refusal (which raises) is not kept.

    Errors: 422 where the key came with another request before; 400 for a key that is none.
    """

    @wraps(handler)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise BadHeaderError(HEADER, "1 to 128 visible ASCII characters.", "bad_idempotency_key")
        digest = _digest(request)
        with transaction.atomic():
            user_id = cast(int, request.user.pk)  # only people who signed in get this far
            claimed = _claim(user_id, key, digest)
            if claimed is None:
                return _replay(user_id, key, digest)
            response = handler(view, request, *args, **kwargs)
            _keep(claimed, response)
            return response

    return once


def _digest(request: Request) -> str:
    sent = request.data  # a file comes as its bytes
    body = sent if isinstance(sent, bytes) else json.dumps(sent, sort_keys=True).encode()
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + body).hexdigest()


def _claim(user_id: int, key: str, digest: str) -> int | None:
    """The new row's id, or None where the key is taken."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(CLAIM, [user_id, key, digest])
        row = cursor.fetchone()
    return row[0] if row else None


def _keep(claimed: int, response: Response) -> None:
    # As text: jsonb would reorder the names, and the second answer is to be the first one's double.
    text = JSONRenderer().render(response.data).decode()
    IdempotentResponse.objects.filter(pk=claimed).update(
        status=response.status_code, body=text, location=response.get("Location", "")
    )


def _replay(user_id: int, key: str, digest: str) -> Response:
    kept = IdempotentResponse.objects.get(user_id=user_id, key=key)
    if kept.request_digest != digest:
        raise KeyReusedError
    body = json.loads(str(kept.body))
    response = Response(body, status=kept.status, headers={"Idempotency-Replayed": "true"})
    if kept.location:
        response["Location"] = kept.location
    return with_etag(response, body["version"]) if "version" in body else response
