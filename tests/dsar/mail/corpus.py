"""E-mails as mail programs write them, by hand; everybody in them is invented."""

import base64
import quopri

WORDS = "Prosim za izpis vseh podatkov, ki jih vodite o meni. Čšž ČŠŽ."
PLAIN_ATTACHMENT = b"%PDF-1.4 skenirana zahteva"


def _mail(head: str, body: bytes | str) -> bytes:
    text = body.encode() if isinstance(body, str) else body
    return head.strip().replace("\n", "\r\n").encode() + b"\r\n\r\n" + text.replace(b"\n", b"\r\n")


def _b64(data: bytes) -> str:
    return base64.encodebytes(data).decode()


HEAD = """
Received: from out.example.org (out.example.org [192.0.2.7]) by mx.example.si; Fri, 20 Nov 2026 08:15:00 +0100
Received: from [10.0.0.5] by out.example.org; Fri, 20 Nov 2026 08:14:30 +0100
From: =?utf-8?Q?Ana_=C5=BDu=C5=BEek?= <ana.zuzek@example.org>
To: info@example.si
Subject: =?utf-8?B?WmFodGV2YSDDpSDFvcWhxI0=?=
Date: Fri, 20 Nov 2026 08:14:12 +0100
Message-ID: <NUMBER@example.org>
MIME-Version: 1.0
"""  # noqa: E501  # as it is on the wire


def _head(number: str, *lines: str) -> str:
    return "\n".join((HEAD.strip().replace("NUMBER", number), *lines))


OUTLOOK = _mail(
    _head(
        "outlook",
        'Content-Type: multipart/related; boundary="----=_NextPart_000"; type="x/y"',
        "X-Mailer: Microsoft Outlook 16.0",
        "Content-Language: sl",
    ),
    "\n".join(
        [
            "This is a multipart message in MIME format.",
            "",
            "------=_NextPart_000",
            'Content-Type: multipart/alternative; boundary="----=_NextPart_001"',
            "",
            "------=_NextPart_001",
            'Content-Type: text/plain; charset="windows-1250"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            quopri.encodestring(WORDS.encode("windows-1250")).decode(),
            "------=_NextPart_001",
            'Content-Type: text/html; charset="windows-1250"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "<html xmlns:o=3D'urn:x'><head><style>p{color:red}</style></head><p>HTML</p></html>",
            "------=_NextPart_001--",
            "",
            "------=_NextPart_000",
            'Content-Type: image/png; name="image001.png"',
            "Content-Transfer-Encoding: base64",
            "Content-ID: <image001.png@01>",
            "",
            _b64(b"\x89PNG picture"),
            "------=_NextPart_000",
            'Content-Type: application/ms-tnef; name="winmail.dat"',
            "Content-Transfer-Encoding: base64",
            'Content-Disposition: attachment; filename="winmail.dat"',
            "",
            _b64(b"\x78\x9f\x3e\x22tnef"),
            "------=_NextPart_000--",
        ]
    ),
)
APPLE = _mail(
    _head("apple", 'Content-Type: multipart/mixed; boundary="Apple-Mail=_A"',
          "Mime-Version: 1.0 (Mac OS X Mail 16.0 (3731))"),
    "\n".join(
        [
            "--Apple-Mail=_A",
            "Content-Transfer-Encoding: quoted-printable",
            "Content-Type: text/plain; charset=utf-8",
            "",
            quopri.encodestring(WORDS.encode()).decode(),
            "--Apple-Mail=_A",
            "Content-Disposition: inline; filename*=utf-8''zahteva%20%C5%A1%C4%8D.pdf",
            'Content-Type: application/pdf; x-unix-mode=0644; name="zahteva.pdf"',
            "Content-Transfer-Encoding: base64",
            "",
            _b64(PLAIN_ATTACHMENT),
            "--Apple-Mail=_A",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "Lep pozdrav",
            "--Apple-Mail=_A--",
        ]
    ),
)  # fmt: skip
GMAIL = _mail(
    _head("gmail", 'Content-Type: multipart/alternative; boundary="000000000000aa"'),
    "\n".join(
        [
            "--000000000000aa",
            'Content-Type: text/plain; charset="UTF-8"',
            "Content-Transfer-Encoding: base64",
            "",
            _b64(WORDS.encode()),
            "--000000000000aa",
            'Content-Type: text/html; charset="UTF-8"',
            "Content-Transfer-Encoding: base64",
            "",
            _b64(f'<div dir="ltr">{WORDS}</div>'.encode()),
            "--000000000000aa--",
        ]
    ),
)
MUTT = _mail(
    _head("mutt", "Content-Type: text/plain; charset=iso-8859-2", "Content-Disposition: inline",
          "Content-Transfer-Encoding: 8bit", "User-Agent: Mutt/2.2.9"),
    WORDS.encode("iso-8859-2"),
)  # fmt: skip
UNNAMED_1250 = _mail(_head("old", "X-Mailer: Pegasus Mail"), WORDS.encode("windows-1250"))
UNKNOWN_CHARSET = _mail(
    _head("unknown", "Content-Type: text/plain; charset=x-user-defined"), WORDS.encode()
)
FLOWED = _mail(
    _head("flowed", "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=no"),
    "Prosim za izpis vseh \npodatkov, ki jih vodite o meni. \nČšž ČŠŽ.\n\n> Citirana \n> vrsta\n",
)
HTML_ONLY = _mail(
    _head("html", "Content-Type: text/html; charset=utf-8"),
    f"<html><head><title>x</title><script>alert(1)</script></head><body><p>{WORDS}</p>"
    '<p>Več na <a href="https://bad.example/x">moji strani</a></p><img src="https://bad.example/t"'
    ' alt="logotip"><a href="javascript:alert(1)">klik</a><svg onload=alert(1)>no</svg>'
    "<ul><li>ena<li>dve</ul></body></html>",
)
NESTED = _mail(
    _head("nested", 'Content-Type: multipart/mixed; boundary="N"'),
    b"--N\nContent-Type: text/plain\n\nPosredujem.\n--N\nContent-Type: message/rfc822\n\n"
    b"From: Bor <bor@example.org>\nSubject: Izvirna zahteva\n"
    b"Date: Mon, 16 Nov 2026 10:00:00 +0100\n"
    b"Content-Type: text/plain; charset=utf-8\n\n" + WORDS.encode() + b"\n--N--\n",
)
EMPTY = _mail(_head("empty", "Content-Type: text/plain"), "\n \n")
BROKEN_HEADERS = (
    b"Received: garbage without a date\r\n"
    b'From: =?utf-8?Q?broken <<>>@@ ,;: "\r\n'
    b"Subject: =?x-nothing?B?!!!!?= \xe8\xb9\xbe\r\n"
    b"Date: Blursday, 99 Foo 2026 99:99:99 +9999\r\n"
    b'Content-Type: text/plain; charset="; format=\r\n'
    b"Content-Transfer-Encoding: bogus\r\n"
    b"Message-ID: <broken@example.org>\r\n"
    b"this line is no header at all\r\n\r\n" + WORDS.encode()
)
INJECTION = _mail(
    """
Received: by mx.example.si; Fri, 20 Nov 2026 08:15:00 +0100
From: =?utf-8?Q?Ana=0D=0ABcc:_victim@example.org?= <ana.zuzek@example.org>
Reply-To: somebody.else@example.net
Subject: =?utf-8?B?WmFodGV2YQ0KU2V0LUNvb2tpZTogYT0xDQoNCnRlbGVzYQ==?=
Message-ID: <inject@example.org>
Content-Type: multipart/mixed; boundary="I"
""",
    "--I\nContent-Type: text/plain; charset=utf-8\n\n"
    "plačilo \u202egnp.exe\u202c \x1b[31mrdeče\x00 konec\u2066\n"
    "--I\nContent-Type: text/html\nContent-Disposition: attachment;\n"
    ' filename="../../../etc/\u202ecod.exe"\n\n<script>alert(1)</script>\n'
    "--I\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n"
    'Content-Disposition: attachment; filename="bomb.zip"\n\n' + _b64(b"PK\x03\x04" + b"\0" * 64)
    + "--I--\n",
)  # fmt: skip
READABLE = {
    "outlook": OUTLOOK,
    "apple": APPLE,
    "gmail": GMAIL,
    "mutt": MUTT,
    "unnamed windows-1250": UNNAMED_1250,
    "unknown charset": UNKNOWN_CHARSET,
    "html only": HTML_ONLY,
    "nested": NESTED,
    "broken headers": BROKEN_HEADERS,
}
"""All of them say WORDS."""
