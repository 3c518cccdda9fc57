"""What goes on without a caller: work of dead processes, due submissions, a restored backup."""
