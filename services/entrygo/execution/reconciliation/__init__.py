"""What brokers entered, given back and compared with the estimate: summaries are only ever added."""
