"""What a person found about a duty or ban: the same object wherever one is looked at."""

from entrygo.records.kinds import Day, Field, Group, Text, Words

TRADE_REVIEW = Group(
    "TradeReview",
    (
        Field(
            "status",
            Words(("not_assessed", "not_applicable", "applicable")),
            "What was found; not_assessed when absent",
        ),
        Field("headings", Text(500), "Chapter 99 headings or case numbers that apply"),
        Field("signed_off_by", Text(200), "Who answers for the finding"),
        Field("valid_from", Day(), "First entry date it holds for; absent: any"),
        Field("valid_to", Day(), "Last entry date it holds for; absent: any"),
    ),
    "A finding counts while somebody has signed it off and the entry date lies in its period.",
)
