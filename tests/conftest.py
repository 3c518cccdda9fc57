"""The fixtures every test may use; each lives in its own module of tests/harness."""

pytest_plugins = (
    "tests.harness.postgres",
    "tests.harness.brokers",
    "tests.harness.mail",
)
