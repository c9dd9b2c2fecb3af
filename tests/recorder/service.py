"""The recorder's service: authentication, responses, and the events of its recordings over time."""

import base64
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.oss_server.store import Bucket
from tests.recorder.callbacks import Callbacks
from tests.recorder.clock import Clock
from tests.recorder.take import Take

RESID_MS = 5 * 60_000
IDLE_MS = 30_000
RATE = 10  # calls of one AppID in a second
CALLS = {"applyrecord": "apply", "startrecord": "start", "updatemixrecord": "layout", "stoprecord": "stop"}
POSTED = frozenset({"start", "layout", "stop"})

# Made up, because the vendor's codes are not public.
NO_RESID, EXPIRED, USED, NO_TASK, BAD_REQUEST, TOO_MANY, NOT_ALLOWED, ENDED = (
    1001,
    1002,
    1003,
    1004,
    1005,
    1006,
    401,
    1007,
)


class ReceivedCall(NamedTuple):
    """A call as received."""

    call: str
    trace_id: str
    app_id: str  # in the path
    headers: Mapping[str, str]  # names in lower case
    body: dict[str, Any]


class Refusal(Exception):
    """A response with a code other than 0."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Room:
    """The publishers in a room."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.publishers: list[str] = []
        self._changed = changed

    def join(self, *uids: str) -> None:
        """Add publishers."""
        self.publishers += [uid for uid in uids if uid not in self.publishers]
        self._changed()

    def leave(self, *uids: str) -> None:
        """Remove these publishers; without *uids*, all of them."""
        self.publishers = [uid for uid in self.publishers if uids and uid not in uids]
        self._changed()


class Service:
    """A recorder that writes to *bucket*. All methods are thread-safe."""

    def __init__(self, bucket: Bucket, clock: Clock, keys: Mapping[str, str], folder: str) -> None:
        self.bucket, self.clock, self.folder = bucket, clock, folder
        self.keys = dict(keys)  # certificate id → key
        self.app_ids: set[str] = set()  # valid AppIDs; empty: all
        self.callbacks = Callbacks()
        self.takes: dict[str, Take] = {}  # by recordid
        self.resids: dict[str, int] = {}  # resid → when it was returned
        self.used: dict[str, str] = {}  # resid → recordid
        self.rooms: dict[str, Room] = {}
        self.lock = threading.RLock()
        self._recent: dict[str, deque[int]] = {}

    # Rooms and time

    def room(self, name: str) -> Room:
        """Return the room called *name*."""
        with self.lock:
            return self.rooms.setdefault(name, Room(lambda: self._publishers_changed(name)))

    def advance(self, to_ms: int, moved: Callable[[int], None]) -> None:
        """Process all events until *to_ms*; *moved* is called with the ms of each step of the clock."""
        while True:
            with self.lock:
                due = min([to_ms, *self._due()])
                moved(max(0, due - self.clock.now_ms))
                self.clock.now_ms = max(due, self.clock.now_ms)
                notifications = self._process_due()
            for notify in notifications:  # without the lock: the receiver may call the service
                notify()
            if due >= to_ms and not notifications and not any(at <= to_ms for at in self._due()):
                return

    def die(self, recordid: str | None = None) -> None:
        """Fail the recording server: one task, or all, write nothing more."""
        with self.lock:
            for take in self._running():
                if recordid in (None, take.recordid):
                    list(take.end(self.bucket, "died", self.clock.now_ms))

    def _running(self) -> list[Take]:
        return [take for take in self.takes.values() if take.ended is None]

    def _due(self) -> list[int]:
        due = [file.next_ms for take in self._running() for file in take.files.values() if file.next_ms is not None]
        return due + [take.idle_since_ms + IDLE_MS for take in self._running() if take.idle_since_ms is not None]

    def _process_due(self) -> list[Callable[[], None]]:
        """Process the events that are due; return the notifications to send."""
        now, notifications = self.clock.now_ms, []
        for take in self._running():
            for file in take.files.values():
                while file.next_ms is not None and file.next_ms <= now:
                    file.end_slice(self.bucket, file.next_ms)
            if take.idle_since_ms is not None and take.idle_since_ms + IDLE_MS <= now:
                notifications += self._end(take, "idle")
        return notifications

    def _end(self, take: Take, how: str) -> list[Callable[[], None]]:
        now = self.clock.now_ms
        notifications: list[Callable[[], None]] = [lambda: self.callbacks.status(take, how, now)]
        for file in take.end(self.bucket, how, now):
            address = f"http://{self.bucket.name}.oss-cn-hangzhou.aliyuncs.com/{file.playlist}"
            notifications.append(lambda file=file, address=address: self.callbacks.result(take, file, address, now))  # type: ignore[misc]
        return notifications

    def _publishers_changed(self, room: str) -> None:
        with self.lock:
            for take in self._running():
                if take.room_id == room:
                    take.set_publishers(self.rooms[room].publishers, self.bucket, self.clock.now_ms)

    # Calls

    def answer(self, call: ReceivedCall) -> tuple[int, dict[str, Any]]:
        """Return status and body of the response."""
        notifications: list[Callable[[], None]] = []
        try:
            with self.lock:
                self._authorize(call)
                body = getattr(self, f"_{call.call}")(call, notifications)
        except Refusal as refusal:
            status = 401 if refusal.code == NOT_ALLOWED else 200
            return status, {"code": refusal.code, "message": str(refusal), "traceId": call.trace_id}
        for notify in notifications:
            notify()
        return 200, {"code": 0, "message": "success", **body, "traceId": call.trace_id}

    def _authorize(self, call: ReceivedCall) -> None:
        sent = call.headers.get("token", "")
        known = {f"Basic {base64.b64encode(f'{one}:{key}'.encode()).decode()}" for one, key in self.keys.items()}
        if sent not in known:
            raise Refusal(NOT_ALLOWED, "the certificate is not valid")
        if self.app_ids and call.app_id not in self.app_ids:
            raise Refusal(NOT_ALLOWED, "the certificate is of another AppID")
        if call.headers.get("appid") != call.app_id or not call.trace_id:
            raise Refusal(BAD_REQUEST, "AppID or traceId is missing")
        if call.call in POSTED and str(call.body.get("appid")) != call.app_id:
            raise Refusal(BAD_REQUEST, "appid is wrong")
        recent = self._recent.setdefault(call.app_id, deque(maxlen=RATE))
        if len(recent) == RATE and self.clock.now_ms - recent[0] < 1000:
            raise Refusal(TOO_MANY, "too many requests")
        recent.append(self.clock.now_ms)

    def _apply(self, call: ReceivedCall, _: list[Callable[[], None]]) -> dict[str, Any]:
        resid = f"{_hex(f'{self.clock.now_ms} {len(self.resids)}')[:60]}-ba11073100006be2"
        self.resids[resid] = self.clock.now_ms
        return {"resid": resid}

    def _start(self, call: ReceivedCall, notifications: list[Callable[[], None]]) -> dict[str, Any]:
        request = call.body
        resid = request.get("resid")
        if not isinstance(resid, str) or resid not in self.resids:
            raise Refusal(NO_RESID, "resid does not exist")
        if resid in self.used:
            raise Refusal(USED, "resid has been used")
        if self.clock.now_ms - self.resids[resid] >= RESID_MS:
            raise Refusal(EXPIRED, "resid has expired")
        kinds = (
            request.get("recordtype") in (0, 1, 2),
            request.get("streamtype") in (1, 2),
            isinstance(request.get("appid"), int),
        )
        if not all(kinds) or not isinstance(request.get("roomid"), str) or not request["roomid"]:
            raise Refusal(BAD_REQUEST, "recordtype, streamtype, appid or roomid is wrong")
        recordid = f"ba1111220000{_hex(resid)}"[:37]
        take = self.takes[recordid] = Take(recordid, request, self.folder, self.clock.now_ms)
        self.used[resid] = recordid
        take.set_publishers(self.room(take.room_id).publishers, self.bucket, self.clock.now_ms)
        now = self.clock.now_ms
        notifications.append(lambda: self.callbacks.status(take, "started", now))
        return {"recordid": recordid}

    def _layout(self, call: ReceivedCall, _: list[Callable[[], None]]) -> dict[str, Any]:
        take = self._take(call)
        if take.ended is not None:
            raise Refusal(ENDED, "the recording has ended")
        take.layouts.append(call.body)
        return {}

    def _stop(self, call: ReceivedCall, notifications: list[Callable[[], None]]) -> dict[str, Any]:
        take = self._take(call)
        if take.ended is None:
            notifications += self._end(take, "stopped")
        return {}

    def _take(self, call: ReceivedCall) -> Take:
        recordid = call.body.get("recordid") or self.used.get(str(call.body.get("resid")))
        take = self.takes.get(str(recordid))
        if take is None or take.room_id != call.body.get("roomid"):
            raise Refusal(NO_TASK, "there is no such recording")
        return take


def read_body(body: bytes) -> dict[str, Any]:
    """Return the JSON object in *body*, an empty one if there is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
