"""The variables that `make faults` and its test read."""

SECONDS_SETTING = "ENTRYGO_FAULTS_SECONDS"
SEED_SETTING = "ENTRYGO_FAULTS_SEED"
