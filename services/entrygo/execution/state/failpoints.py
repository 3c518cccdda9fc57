"""The points between every two steps of an execution, in the order they are reached."""

AFTER_BEGIN = "execution.after_begin"
AFTER_CLAIM = "execution.after_claim"
AFTER_RESERVE = "execution.after_reserve"
AFTER_SNAPSHOT = "execution.after_snapshot"
AFTER_RENDER = "execution.after_render"
AFTER_STORE = "execution.after_store"
AFTER_PREPARE = "execution.after_prepare"
AFTER_SENDING = "execution.after_sending"
BEFORE_DATA = "execution.before_data"
AFTER_DATA_PHASE = "execution.after_data_phase"
AFTER_SUBMIT = "execution.after_submit"
AFTER_SETTLE = "execution.after_settle"
AFTER_RELEASE = "execution.after_release"
AFTER_COMPLETE = "execution.after_complete"
WITHDRAWAL_AFTER_BEGIN = "withdrawal.after_begin"
WITHDRAWAL_AFTER_MOVE = "withdrawal.after_move"
WITHDRAWAL_AFTER_FREEZE = "withdrawal.after_freeze"
WITHDRAWAL_AFTER_COMPLETE = "withdrawal.after_complete"

FAILPOINTS: tuple[str, ...] = (
    AFTER_BEGIN,
    AFTER_CLAIM,
    AFTER_RESERVE,
    AFTER_SNAPSHOT,
    AFTER_RENDER,
    AFTER_STORE,
    AFTER_PREPARE,
    AFTER_SENDING,
    BEFORE_DATA,
    AFTER_DATA_PHASE,
    AFTER_SUBMIT,
    AFTER_SETTLE,
    AFTER_RELEASE,
    AFTER_COMPLETE,
)

# Between these the mail may or may not have gone out: who dies here leaves the submission `unknown`.
AMBIGUOUS_FAILPOINTS = frozenset({AFTER_DATA_PHASE, AFTER_SUBMIT})

# Between every two steps of a withdrawal.
WITHDRAWAL_FAILPOINTS: tuple[str, ...] = (
    WITHDRAWAL_AFTER_BEGIN,
    WITHDRAWAL_AFTER_MOVE,
    WITHDRAWAL_AFTER_FREEZE,
    WITHDRAWAL_AFTER_COMPLETE,
)
