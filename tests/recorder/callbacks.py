"""Post callbacks as JSON; on request they are lost, repeated or out of order."""

import json
import urllib.request
from typing import Any, NamedTuple

from tests.recorder.take import File, Take

PRODUCT, STATUS, RESULT = 1, 1, 2


class Sent(NamedTuple):
    """A callback that was posted or lost."""

    url: str
    body: bytes
    status: int | None  # of the response; None if it was lost or not received


class Callbacks:
    """Posts callbacks at once, unless they are held back."""

    def __init__(self) -> None:
        """Start without errors."""
        self.log: list[Sent] = []
        self.lose = 0  # number of next callbacks that are not sent
        self.repeat = 1  # how often each is sent
        self.held: list[tuple[str, bytes]] | None = None  # callbacks that are held back; None: send at once

    def status(self, take: Take, status: str, now_ms: int) -> None:
        """Report that a task's status has changed."""
        known = {"recordid": take.recordid, "roomid": take.room_id, "appid": take.request["appid"], "status": status}
        self._notify(take, STATUS, {"msgname": "recordtask_status", **known}, now_ms)

    def result(self, take: Take, file: File, address: str, now_ms: int) -> None:
        """Report that a file is complete."""
        context = {
            "msgname": "recordtask_m3u8_info",
            "appid": take.request["appid"],
            "roomid": take.room_id,
            "uid": ["0" if file.uid is None else file.uid],
            "recordid": take.recordid,
            "filetype": "m3u8",
            "duration": round(1000 * sum(one.clip.seconds for one in file.slices)),
            "fileaddress": address,
            "starttime": int(file.slices[0].start.timestamp() * 1000),
        }
        self._notify(take, RESULT, context, now_ms)

    def release(self, *, backwards: bool = False) -> None:
        """Send the callbacks that were held back."""
        held, self.held = self.held or [], None
        for url, body in reversed(held) if backwards else held:
            self._send(url, body)

    def _notify(self, take: Take, kind: int, context: dict[str, Any], now_ms: int) -> None:
        if not take.callback:
            return
        envelope = {
            "msgid": f"RECORD-{take.recordid}-{now_ms:x}",
            "product": PRODUCT,
            "msgtype": kind,
            "notifytime": now_ms,
            "context": context,
        }
        body = json.dumps(envelope).encode()
        if self.lose:
            self.lose -= 1
            self.log.append(Sent(take.callback, body, None))
        elif self.held is not None:
            self.held.append((take.callback, body))
        else:
            self._send(take.callback, body)

    def _send(self, url: str, body: bytes) -> None:
        for _ in range(self.repeat):
            self.log.append(Sent(url, body, _post(url, body)))


def _post(url: str, body: bytes) -> int | None:
    """Post a callback; return the status of the response, None if there was none."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json;charset=UTF-8"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
    except OSError:
        return None
