"""All laws, in the order of the table."""

from tests.symbolic import caching, encoding, joining, sameness, saving

LAWS = (*encoding.LAWS, *joining.LAWS, *saving.LAWS, *sameness.LAWS, *caching.LAWS)
