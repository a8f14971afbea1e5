"""What people type, checked before it is kept."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from midwatch.kernel import BadInputError
from midwatch.tenants import check_title


def plain_title(text: str) -> None:
    """Refuse a title that could pass for another on a page.

    Raises:
        ValidationError: It holds control characters or marks that turn the reading direction.
    """
    try:
        check_title(text)
    except BadInputError as error:
        raise ValidationError(
            _("A name may hold no control characters and no marks that turn the reading "
              "direction. Type it anew rather than copying it.")
        ) from error  # fmt: skip
