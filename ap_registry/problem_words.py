"""What each problem type and code means, and what to do: for the page that a problem leads to."""

MEANINGS = {
    400: "The body is no JSON, or not of the shape that this address takes. Mend it; sending it"
    " again as it is will not help.",
    401: "There is no API key with the request, or it is not in use any more. Send it as"
    " Authorization: Bearer apr_…; ask your administrator for another.",
    403: "The key is in use, and its role or organisation may not do this.",
    404: "There is nothing of that name, or you may not see it: both answer alike, so that nobody"
    " learns who is on record.",
    405: "The address is right and the method is not: the header Allow names those that are.",
    409: "The request can be understood, and does not fit what is on record: read the pupil's"
    " record, then decide.",
    412: "Somebody has changed the record since you read it. Read it again, then send with its"
    " new version.",
    413: "Send less at once: at most 1,000 notices, and 20 million bytes.",
    415: "Send the media type that the document names, mostly application/json.",
    422: "Something in the request is missing or wrong. Each of the errors names the field"
    " (pointer), what is wrong with it (code) and how to put it right (detail).",
    429: "You ask too often: wait as long as the header Retry-After says.",
    500: "It is our fault and has been noted. Tell the operator the X-Request-Id of the answer.",
    503: "The registry is busy or its database is away. Send the same again after the seconds that"
    " Retry-After says; by an Idempotency-Key no notice is recorded twice.",
}
CODES = {
    "malformed": "it cannot be read at all",
    "forbidden": "this role or organisation may not do it",
    "not_found": "there is nothing of that name, or you may not see it",
    "already_open": "the same is open already at this place",
    "nothing_open": "nothing is open that this could end or be about",
    "ambiguous": "several are meant: name one by its id or ref",
    "already_registered": "it is on record already",
    "ref_conflict": "the ref was used for other content; amend corrects it",
    "version_conflict": "others wrote at the same time; send it again",
    "stale_version": "the version in If-Match is not the present one",
    "required": "it is needed and is not there",
    "unknown_field": "there is no such field or parameter",
    "unknown_type": "there is no such type of notice",
    "bad_format": "it is not written as it must be",
    "bad_check_letter": "the UPN's check letter is wrong: a digit is mistyped",
    "unknown_code": "it is none of the codes that may stand here",
    "unknown_organisation": "no such organisation is on record",
    "unknown_pupil": "no such pupil is known",
    "future_date": "the day has not come yet",
    "end_before_start": "it ends before it starts",
    "key_reused": "the Idempotency-Key was used for another request",
}
