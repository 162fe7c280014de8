"""What the store raises.

```
StoreError
├── StoreUnavailable   the database can't be reached: nothing was written, try again
├── StoreUnusable      the database can't be used until an operator acts
│   └── StoreBusy      another process uses it, and only one may
└── WriteRefused       one write was refused before it changed anything; its neighbours in the commit go on
    ├── LeaseLost      another process owns the lane by now
    ├── ChannelPaused  nothing may be sent to the ERP until the channel is resumed
    └── Conflict       a unique key or a version stands against it
```
"""


class StoreError(Exception):
    """Base of the store's errors."""


class StoreUnavailable(StoreError):
    """The database can't be reached; what was to be written counts as not written."""


class StoreUnusable(StoreError):
    """The database can't be used; the message says what to do."""


class StoreBusy(StoreUnusable):
    """Another process uses the database, and only one may."""


class WriteRefused(StoreError):
    """A write that was refused before its first change."""


class LeaseLost(WriteRefused):
    """The lane moved on: this owner's writes do not count any more."""


class ChannelPaused(WriteRefused):
    """The account's channel is paused or deleted: nothing may leave for the ERP."""


class Conflict(WriteRefused):
    """A unique key or a version stands against the write.

    Args:
        what: Which one, such as `version` or `company`.
        holder: Resource name or id of what holds it; may be empty.
    """

    def __init__(self, what: str, holder: str = "") -> None:
        super().__init__(f"{what} is taken by {holder}" if holder else f"{what} does not fit")
        self.what = what
        self.holder = holder
