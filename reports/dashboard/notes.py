"""What the words of the dashboard mean, and what to beware of."""

NOTES = (
    (
        "Area",
        "What a school did counts for the LA in which it lies and for its trust; all else for the "
        "pupil's home LA and the trust of its main school. An ICB has the LAs that it serves.",
    ),
    (
        "Pupils on roll",
        "The last headcount of each school by the end of the period, else the first after it. What "
        "happened at a school that has sent none is in no rate, and is counted beside it.",
    ),
    (
        "Rate, share",
        "Per 100 pupils on roll to two decimals, as the DfE publishes it, or a share in per cent "
        "with its 95 % Wilson range.",
    ),
    (
        "On time",
        "Of duties whose day fell in the period: done on that day or before. What is no longer "
        "owed, and what is due today and not done, is left out.",
    ),
    (
        "Absence",
        "Sessions missed, of possible sessions, on the days on which a pupil was placed in AP; of "
        "several registers by the clash rule of the outcomes.",
    ),
    (
        "Times as often",
        "The rate of a group divided by that of all others of whom it is known, with its 95 % "
        "range. A range that holds 1 says nothing either way. Under 10 pupils on a side nothing "
        "is said in words. It tells that something differs, not why.",
    ),
    (
        "England",
        "Figures published by the DfE, by its own rules: to be set beside ours with care.",
    ),
    (
        "Small numbers",
        "True values, for those who may see these pupils. Do not publish them as they are.",
    ),
)
