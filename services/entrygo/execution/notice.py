"""What every document and mail says about itself."""

NOTICE = (
    "Prepared from data supplied by the account, for review by a licensed customs broker. "
    "It is not customs advice: classification, origin, value, duty and entry type"
    " are for the broker to determine."
)
# For a row of a table, which may be read without its file.
SHORT_NOTICE = "For broker review; prepared from the account's data."
