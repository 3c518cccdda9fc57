"""What inspect answers of an export whose entries go to the broker one by one."""

from entrygo.gateway.mapping.inspection import inspect_answer
from entrygo.proto.inspection.v1 import inspection_pb2


def test_the_submission_that_speaks_for_the_package_is_that_of_its_worst_entry() -> None:
    export = inspection_pb2.Export(export_id="batch_1", state="COMPLETED")
    for entry, status in enumerate(("sent", "unknown", "sent"), 1):
        export.broker_submissions.add(id=f"bes_{entry}", entry=entry, status=status)
    answer = inspect_answer(export)
    assert answer["brokerSubmission"] == answer["brokerSubmissions"][1]
    assert [each["entry"] for each in answer["brokerSubmissions"]] == [1, 2, 3]
