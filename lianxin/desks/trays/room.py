"""What every tray needs to know: the letter of each step, from the forms themselves."""

from collections.abc import Mapping
from typing import Any

from lianxin.orders.forms import FORMS

TERMS: Mapping[str, Any] = {"step_keys": {slug: form.key for slug, form in FORMS.items() if form.key}}
