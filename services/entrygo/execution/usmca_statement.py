"""The wording of a USMCA certification of origin (Annex 5-A, element 9)."""

HS_DIGITS = 6
STATEMENT = (
    "I certify that the goods described in this document qualify as originating and the information contained"
    " in this document is true and accurate. I assume responsibility for proving such representations and"
    " agree to maintain and present upon request or to make available during a verification visit,"
    " documentation necessary to support this certification."
)
