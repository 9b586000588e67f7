"""JSON shown so that a person can read it."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


def pretty(document: Any) -> SafeString:
    if not document:
        return format_html("{}", "-")
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return preformatted(text)


def preformatted(text: str) -> SafeString:
    return format_html('<pre class="desk-json">{}</pre>', text)
