"""A mail server for tests: MODE CERT KEY [REFUSAL...]; says its port, then every mail it takes, one JSON document per line."""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

warnings.simplefilter("ignore")
logging.disable()
MODE, CERT, KEY, *REFUSALS = sys.argv[1:]
PASSWORD = b"correct-horse-battery-staple"
REFUSED = dict(refusal.split("=", 1) for refusal in REFUSALS)


def refused(verb, what=""):
    code, _, only = REFUSED.get(verb, "").partition(":")
    return f"{code} not today" if code and only in ("", what) else None


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return refused("MAIL") or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        no = refused("RCPT", address)
        if no is None:
            envelope.rcpt_tos.append(address)
        return no or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        no = refused("DATA")
        if no is None:
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            print(json.dumps({
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "user": session.auth_data.login.decode() if session.authenticated else None,
                "tls": session.ssl is not None or MODE == "tls",
                "headers": {name: str(value) for name, value in mail.items()},
                "text": mail.get_content(),
                "raw": envelope.content.decode(),
            }), flush=True)
        return no or "250 OK"


def authenticator(server, session, envelope, mechanism, data):
    good = data.login.decode() == REFUSED["AUTH"] and data.password == PASSWORD
    return AuthResult(success=good, auth_data=data, handled=False)


context = None
if CERT:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERT, KEY)
options = {"auth_require_tls": MODE == "starttls"}
if "AUTH" in REFUSED:
    options.update(authenticator=authenticator, auth_required=True)
if MODE == "starttls":
    options.update(tls_context=context, require_starttls=True)


async def serve():
    loop = asyncio.get_running_loop()
    factory = lambda: SMTP(Handler(), loop=loop, **options)
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if MODE == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it is gone when this ends.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
