"""How long a connection is waited for: until its next request has begun, and while it reads.

uvicorn ends a connection that is idle between two requests, but waits for ever for the rest of
one that has begun, and for a reader who does not read. Bodies have their own time (`bodies`).
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Patient(H11Protocol):
    """HTTP/1.1 whose connections do not stay open for nothing."""

    # Seconds until all headers of a request must be there.
    head_patience = 10.0
    # Seconds until what is answered must be taken, all but what the buffers hold.
    reader_patience = 120.0

    _head: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head(self.head_patience)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._head, self._reader):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self._at_work() and self._head is not None:
            self._head.cancel()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._at_work():
            # Also for what was not read of the request before: it was answered without.
            self._await_head(self.timeout_keep_alive + self.head_patience)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reader is not None:
            self._reader.cancel()

    def _at_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self, seconds: float) -> None:
        if self._head is not None:
            self._head.cancel()
        self._head = self.loop.call_later(seconds, self._give_up)

    def _await_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
        self._reader = self.loop.call_later(self.reader_patience, self.transport.abort)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            # Both sides stand at the beginning, unless the last request was answered half-read.
            begun = self.conn.our_state is self.conn.their_state and self.conn.trailing_data[0]
            if begun:
                self.transport.write(_TOO_SLOW)
            self.transport.close()
        # Closing waits for what is still to be read.
        self._await_reader()
