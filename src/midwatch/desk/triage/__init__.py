"""The analyst's desk: the queue, one incident, exceptions, the hand-over, the night view."""
