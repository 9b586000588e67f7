"""What others may listen to; each is sent inside the transaction that changes the need."""

from django.dispatch import Signal

# Arguments: `need`, as it is after the change. Sent for every new revision and every change of state.
need_changed = Signal()
