"""Ready answers, given as soon as a request is read: no task is made and nothing is encoded twice.

uvicorn makes a task of each request and h11 looks at each header of each answer again. Here a
request is read by h11 as any other; if it is the only one that has come, asks for no more than
an answer that `ShortLane` has ready, and the connection goes on after it, the answer is written at
once, in one piece. h11 is told of it and keeps the state of the connection. Everything else takes
uvicorn's way.
"""

from collections import deque
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES

from issuer.web.patience import Patient
from issuer.web.short_lane import Form, ShortLane

_END = h11.EndOfMessage()
_READS = (b"GET", b"HEAD")


class _Connection(h11.Connection):
    """A connection whose events may be given back by whoever took them too early."""

    def __init__(self, most: int | None) -> None:
        super().__init__(h11.SERVER, *(() if most is None else (most,)))
        self._back: deque[h11.Event] = deque()

    def next_event(self) -> Any:
        return self._back.popleft() if self._back else super().next_event()

    def give_back(self, *events: h11.Event) -> None:
        self._back.extend(events)


class Prompt(Patient):
    """HTTP/1.1 whose ready answers are given at once. `lane` has them."""

    lane: ShortLane

    conn: _Connection

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = _Connection(self.config.h11_max_incomplete_event_size)

    def handle_events(self) -> None:
        if self._at_work() or not self._answered():
            super().handle_events()

    def _answered(self) -> bool:
        try:
            request = self.conn.next_event()
        except h11.RemoteProtocolError:
            return False  # it is raised again for whoever asks again
        if not isinstance(request, h11.Request):
            if isinstance(request, h11.Event):
                self.conn.give_back(request)
            return False
        form = None
        taken: list[h11.Event] = [request]
        target = request.target.decode("ascii")
        if request.method in _READS and self.lane.has(target) and self._is_whole(taken):
            form = self.lane.ready(target, request.headers, self.client)
        if form is None:
            self.conn.give_back(*taken)
            return False
        self._write(form, whole=request.method != b"HEAD")
        return True

    def _is_whole(self, taken: list[h11.Event]) -> bool:
        """Whether the request has no body, nothing came after it, and the connection goes on."""
        try:
            event = self.conn.next_event()
        except h11.RemoteProtocolError:
            return False
        if isinstance(event, h11.Event):
            taken.append(event)
        return (
            isinstance(event, h11.EndOfMessage)
            and self.conn.their_state is h11.DONE
            and not any(self.conn.trailing_data)
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _write(self, form: Form, *, whole: bool) -> None:
        told = self._told(form)
        parts = [self.conn.send(told)]
        if whole and form.body:
            parts.append(self.conn.send(h11.Data(form.body)))
        self.conn.send(_END)
        self.transport.write(b"".join(part for part in parts if part))
        self.conn.start_next_cycle()
        self.on_response_complete()

    def _told(self, form: Form) -> h11.Response:
        """The answer's beginning, made once for each second: the date stands in it."""
        added = self.server_state.default_headers
        if isinstance(form.kept, tuple) and form.kept[0] is added:
            told: h11.Response = form.kept[1]
            return told
        # As uvicorn writes it, so that nobody can tell the two ways apart.
        headers = [*added, *form.headers]
        reason = STATUS_PHRASES[form.status]
        told = h11.Response(status_code=form.status, headers=headers, reason=reason)
        form.kept = (added, told)
        return told


def prompt(lane: ShortLane) -> type[Prompt]:
    """The protocol of a server that has `lane`."""
    return type("Prompt", (Prompt,), {"lane": lane})
