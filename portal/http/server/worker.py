"""gunicorn's worker for clients of any pace: no thread of the application ever waits for one.

The worker's own thread reads heads and bodies, and hands a request over when all of it is there; a large body waits in
a file. The application's threads answer as fast as they can (`portal.http.server.answer`), and the own thread sends
what a client does not take at once. A client below LEAST_RATE, or whose head takes longer than HEAD_SECONDS, is cut
off. When there are too many connections, those that have waited longest are closed, of the address that has most of
them.

Before the body of an upload is read to its end, the application is shown its beginning, and answers whether the rest is
welcome (`portal.values.bodies`). A body that is too large is not read at all. In both cases the client hears the answer
at once, and the rest is dropped for GOODBYE_SECONDS at most, so that clients hear it which send first and then listen.

`/healthz` has a thread of its own: it answers even while all others wait for a part that hangs.
"""

from __future__ import annotations

import re
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn import util
from gunicorn.http import wsgi

from portal.http.server.answer import Answer
from portal.http.server.connection import Connection, State
from portal.http.server.places import READ, WRITE
from portal.http.server.reading import Reader
from portal.http.server.refusals import teller
from portal.values import bodies

HEALTH = re.compile(rb"(GET|HEAD) /healthz[ ?]")  # how the head of a health check begins


class Worker(Reader):
    """Sends answers by itself. Its threads only run the application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.health = ThreadPoolExecutor(1)  # which begins its thread when it is first used, after the fork

    def _give_up(self, connection: Connection) -> None:
        """Cut off a client that is too slow; one that was sending is told."""
        if connection.state is State.BODY or (connection.state is State.HEAD and connection.received):
            self._refuse(connection, 408, "Request Timeout", "The request did not arrive in time.")
        else:
            self._close(connection, reset=connection.state is State.ANSWER)

    def _refuse(self, connection: Connection, status: int, reason: str, text: str) -> None:
        answer = self._new_answer(connection)
        with suppress(OSError):
            util.write_error(teller(connection, answer), status, reason, text)
            answer.flush()
        self._say_goodbye(connection)

    def _on_event(self, connection: Connection, _socket: object = None) -> None:
        """Go on with a connection whose client sends or takes something; also called when it may."""
        try:
            match connection.state:
                case State.APPLICATION:
                    self._on_event_while_answering(connection)
                case State.ANSWER:
                    self._send(connection)
                case _:
                    self._read(connection)
        except OSError:
            self._close(connection)
        except Exception:  # of ours; the other connections go on
            self.log.exception("Error serving a connection")
            self._close(connection)

    def _on_event_while_answering(self, connection: Connection) -> None:
        """Send what there is of the answer; the next request waits in the kernel."""
        try:
            is_sent = connection.answer is None or connection.answer.drain()
        except OSError:
            is_sent = True
            if connection.answer:
                connection.answer.abandon()
        self._listen(connection, 0 if is_sent else WRITE)

    def _tell_error(self, connection: Connection, answer: Answer, error: BaseException) -> None:
        self.handle_error(connection.request, teller(connection, answer), connection.client, error)
        with suppress(OSError):
            answer.flush()

    def _refuse_unread(self, connection: Connection, error: BaseException) -> None:
        """Answer what is wrong with a head, and close the connection."""
        answer = self._new_answer(connection)
        self._tell_error(connection, answer, error)
        self._say_goodbye(connection)

    def _new_answer(self, connection: Connection) -> Answer:
        wake = partial(self.method_queue.defer, self._on_wake, connection)
        if connection.answer:
            connection.answer.close()
        connection.answer = Answer(connection.sock, settings.SPOOL_DIR, wake)
        return connection.answer

    def _on_wake(self, connection: Connection) -> None:
        if connection.state is State.APPLICATION and connection in self.connections:
            self._listen(connection, WRITE)

    def _hand_over(self, connection: Connection) -> None:
        """Let a thread of the application answer the request."""
        connection.enter(State.APPLICATION)
        self._new_answer(connection)
        threads = self.health if HEALTH.match(connection.head) else self.tpool
        future = threads.submit(self.handle, connection)
        future.add_done_callback(partial(self.method_queue.defer, self.finish_request, connection))

    def handle(self, connection: Connection) -> bool | None:
        """Answer one request. Return whether to keep the connection, or None to read the rest of the body.

        Runs in a thread of the application.
        """
        answer = connection.answer
        assert answer is not None  # noqa: S101
        try:
            if connection.request is None:
                connection.request = self._parsed(connection)
            is_kept = self._answer(connection.request, answer, connection)
        except ConnectionError:
            self.log.debug("The client has gone.")
            return False
        except (Exception, StopIteration) as error:
            self._tell_error(connection, answer, error)
            return False
        return is_kept

    def _answer(self, request: Any, answer: Answer, connection: Connection) -> bool | None:
        begun = datetime.now()  # noqa: DTZ005  # as gunicorn's log does
        response, environ = wsgi.create(request, answer, connection.client, connection.server, self.cfg)
        environ["wsgi.multithread"] = True
        if connection.questions and connection.is_cut and connection.body:
            environ[bodies.BEGINNING] = len(connection.body.start)
        if connection.is_cut or not self.alive or not self.cfg.keepalive:
            response.force_close()
        content = self.wsgi(environ, response.start_response)
        try:
            if response.status_code == bodies.GO_ON:
                return None
            if isinstance(content, environ["wsgi.file_wrapper"]):
                response.write_file(content)
            else:
                for block in content:
                    response.write(block)
            response.close()
            answer.flush()
        except ConnectionError:
            raise
        except Exception:
            if not response.headers_sent:
                raise
            self.log.exception("Error handling request")
            response.force_close()
        finally:
            if response.status_code != bodies.GO_ON:
                self.log.access(response, request, environ, datetime.now() - begun)  # noqa: DTZ005
            if hasattr(content, "close"):
                content.close()
        return not response.should_close()

    def finish_request(self, connection: Connection, future: Future[bool | None]) -> None:
        """Go on with a connection whose request was answered."""
        if connection not in self.connections:
            return
        if future.cancelled() or future.exception():
            self._close(connection)
            return
        is_kept = future.result()
        self.nr += 1
        self.alive = self.alive and self.nr < self.max_requests
        if is_kept is None:
            connection.is_cut = False
            connection.enter(State.BODY)
            self._listen(connection, READ)
            return
        connection.is_cut = connection.is_cut or not is_kept
        if connection.answer and connection.answer.is_sent:
            connection.state = State.ANSWER  # without a look at the clock
        else:
            connection.enter(State.ANSWER)
        self._on_event(connection)

    def _send(self, connection: Connection) -> None:
        """Send what is left of an answer, and go on to the next request."""
        if connection.answer and not connection.answer.drain():
            self._listen(connection, WRITE)
        elif connection.is_cut:
            self._say_goodbye(connection)
        else:
            connection.forget_request()
            connection.enter(State.HEAD)
            if connection.received:
                self._take_head(connection)
            else:
                self._listen(connection, READ)

    def _say_goodbye(self, connection: Connection) -> None:
        """Close a connection so that its client hears the last answer, even if it is still sending."""
        connection.forget_request()
        connection.enter(State.GOODBYE)
        try:
            connection.sock.shutdown(socket.SHUT_WR)
            self._listen(connection, READ)
        except OSError:
            self._close(connection)
