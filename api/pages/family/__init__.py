"""What families see by a private link: the second check, the page, and what they send."""

from api.pages.family import checking, showing, speaking

PARTS = (checking, showing, speaking)
