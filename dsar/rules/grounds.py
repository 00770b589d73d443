"""The grounds on which a request may be refused or a period extended: a closed list, each with its
article and a plain sentence in both languages (GDPR 12(1), 12(4), ZVOP-2 14). Pure.

A ground is the general reason; what it means in the case at hand is written beside it, always.
"""

from collections.abc import Collection
from dataclasses import dataclass

from dsar.errors import GroundUnknown
from dsar.rules.rights import Right


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason that the law knows."""

    code: str
    article: str
    """As it is cited in both languages."""
    title: dict[str, str]
    """A few words, for lists and histories."""
    text: dict[str, str]
    """The sentence of the letter, by language."""
    rights: frozenset[Right]
    """The rights whose requests it can stand against."""


_ALL = frozenset(Right)
_COPIES = frozenset({Right.ACCESS, Right.PORTABILITY, Right.LOG_QUESTION})


def _ground(
    code: str,
    article: str,
    title_sl: str,
    title_en: str,
    text_sl: str,
    text_en: str,
    rights: Collection[Right],
) -> Ground:
    return Ground(
        code,
        article,
        {"sl": title_sl, "en": title_en},
        {"sl": text_sl, "en": text_en},
        frozenset(rights),
    )


_GROUNDS = (
    _ground(
        "identity_not_shown",
        "GDPR 12(2), 11(2)",
        "istovetnost ni izkazana",
        "identity not shown",
        "Nismo mogli ugotoviti, da zahtevo vlaga oseba, na katero se podatki nanašajo.",
        "We could not establish that whoever asks is the person whom the data is about.",
        _ALL - {Right.SUPERVISOR},
    ),
    _ground(
        "no_authority",
        "GDPR 12(2)",
        "pooblastilo ni izkazano",
        "authority not shown",
        "Ni izkazano, da sme vlagatelj zahtevati v imenu te osebe.",
        "It was not shown that whoever asks may do so for this person.",
        _ALL - {Right.SUPERVISOR},
    ),
    _ground(
        "manifestly_unfounded",
        "GDPR 12(5)(b)",
        "očitno neutemeljena zahteva",
        "manifestly unfounded",
        "Zahteva je očitno neutemeljena; to dokazujemo spodaj.",
        "The request is manifestly unfounded; we show below why.",
        _ALL - {Right.SUPERVISOR, Right.WITHDRAWAL},
    ),
    _ground(
        "excessive",
        "GDPR 12(5)(b)",
        "pretirana zahteva",
        "excessive",
        "Zahteva je pretirana, ker jo isti namen zlorabe ponavlja; samo število zahtev ni razlog.",
        "The request is excessive because it is repeated with the intention to abuse; their number "
        "alone is no reason.",
        _ALL - {Right.SUPERVISOR, Right.WITHDRAWAL},
    ),
    _ground(
        "nothing_kept",
        "GDPR 15(1)",
        "podatkov ne hranimo",
        "nothing is kept",
        "Podatkov, na katere se zahteva nanaša, ne hranimo.",
        "We do not keep the data that the request is about.",
        _ALL - {Right.SUPERVISOR, Right.INTERNAL_REVIEW},
    ),
    _ground(
        "rights_of_others",
        "GDPR 15(4), 20(4)",
        "pravice drugih oseb",
        "rights of others",
        "Del podatkov govori o drugih osebah, katerih pravice bi razkritje prizadelo.",
        "Some of the data is about other people, whose rights its disclosure would harm.",
        _COPIES,
    ),
    _ground(
        "restricted_by_law",
        "ZVOP-2 18, GDPR 23",
        "zakon začasno omejuje pravico",
        "restricted by law",
        "Zakon to informacijo za zdaj pridržuje. Ko omejitev preneha, jo lahko zahtevate znova.",
        "The law withholds this information for now. You may ask again once the restriction ends.",
        _COPIES,
    ),
    _ground(
        "accurate",
        "GDPR 16",
        "podatki so točni",
        "data is accurate",
        "Podatki so po naših ugotovitvah točni. Svojo izjavo lahko dodate k njim.",
        "As far as we could establish the data is accurate. You may add a statement of your own.",
        {Right.RECTIFICATION},
    ),
    _ground(
        "still_needed",
        "GDPR 17(1)(a)",
        "podatki so še potrebni",
        "still needed",
        "Podatke še potrebujemo za pogodbo o kartici, ki teče ali iz katere so odprte obveznosti.",
        "We still need the data for the contract of your card, which runs or has open obligations.",
        {Right.ERASURE, Right.OBJECTION},
    ),
    _ground(
        "legal_obligation",
        "GDPR 17(3)(b)",
        "hrambo nalaga zakon",
        "kept by law",
        "Podatke moramo hraniti, ker nam to nalaga zakon; spodaj je zapisano, kateri in do kdaj.",
        "We must keep the data because a law says so; which one and until when is written below.",
        {Right.ERASURE, Right.OBJECTION, Right.RESTRICTION},
    ),
    _ground(
        "legal_claims",
        "GDPR 17(3)(e), 18(2), 21(1)",
        "pravni zahtevki",
        "legal claims",
        "Podatke potrebujemo za uveljavljanje ali obrambo pravnih zahtevkov.",
        "We need the data to bring or to answer legal claims.",
        {Right.ERASURE, Right.OBJECTION, Right.RESTRICTION},
    ),
    _ground(
        "not_portable_basis",
        "GDPR 20(1)",
        "obdelava ni po privolitvi ali pogodbi",
        "not on consent or contract",
        "Prenos zajema le podatke, obdelovane na podlagi privolitve ali pogodbe; ti niso.",
        "Only data processed on consent or contract can be carried away; this data is not.",
        {Right.PORTABILITY},
    ),
    _ground(
        "not_provided_by_you",
        "GDPR 20(1)",
        "podatkov niste dali sami",
        "not provided by you",
        "Prenos zajema le podatke, ki ste jih dali ali so nastali z vašo uporabo, ne izpeljanih.",
        "Only what you gave, or what your use left, can be carried away, not what was derived.",
        {Right.PORTABILITY},
    ),
    _ground(
        "conditions_not_met",
        "GDPR 18(1)",
        "pogoji za omejitev niso izpolnjeni",
        "no ground for restriction",
        "Noben od štirih pogojev za omejitev obdelave ni izpolnjen.",
        "None of the four conditions for a restriction is met.",
        {Right.RESTRICTION},
    ),
    _ground(
        "compelling_grounds",
        "GDPR 21(1)",
        "nujni legitimni razlogi",
        "compelling grounds",
        "Za obdelavo imamo nujne razloge, ki po tehtanju prevladajo nad vašimi.",
        "We have compelling grounds for the processing, which outweigh yours after balancing.",
        {Right.OBJECTION},
    ),
    _ground(
        "no_objection_on_this_basis",
        "GDPR 21(1)",
        "tej obdelavi ni mogoče ugovarjati",
        "no objection on this basis",
        "Ugovor je mogoč proti obdelavi v javnem ali legitimnem interesu; ta teče po pogodbi ali "
        "zakonu.",
        "One can object to processing in the public or a legitimate interest; this one rests on a "
        "contract or a law.",
        {Right.OBJECTION},
    ),
    _ground(
        "no_standing_consent",
        "GDPR 7(3)",
        "privolitve ni",
        "no consent to withdraw",
        "Privolitve, ki bi jo preklicali, ni.",
        "There is no consent that could be withdrawn.",
        {Right.WITHDRAWAL},
    ),
    _ground(
        "decision_stands",
        "GDPR 22(3)",
        "odločitev po pregledu ostaja",
        "decision stands",
        "Človek je odločitev znova pregledal in jo potrdil.",
        "A person has looked at the decision again and confirms it.",
        {Right.HUMAN_REVIEW},
    ),
    _ground(
        "look_was_lawful",
        "GDPR 6(1)",
        "vpogled je bil zakonit",
        "look was lawful",
        "Vpogled smo preverili: imel je namen in podlago, ki ju pojasnjujemo spodaj.",
        "We have checked the look: it had a purpose and a basis, both explained below.",
        {Right.LOG_QUESTION},
    ),
    _ground(
        "answer_upheld",
        "GDPR 12(4), ZVOP-2 14",
        "prvi odgovor je bil pravilen",
        "first answer upheld",
        "Odgovor je pregledala druga oseba in ga potrjuje.",
        "Another person has reviewed the answer and upholds it.",
        {Right.INTERNAL_REVIEW},
    ),
    _ground(
        "not_entitled",
        "ZVOP-2 9",
        "vlagatelj ni upravičen",
        "not entitled",
        "Podatke umrle osebe sme zahtevati le, kogar za to določa zakon ali ga je določila sama.",
        "Data of somebody who has died may be asked for only by those whom the law, or that "
        "person, named.",
        {Right.DECEASED},
    ),
    _ground(
        "complaint_dismissed",
        "GDPR 77",
        "pritožba zavrnjena",
        "complaint dismissed",
        "Informacijski pooblaščenec pritožbi ni ugodil.",
        "The Information Commissioner did not uphold the complaint.",
        {Right.SUPERVISOR},
    ),
)
GROUNDS: dict[str, Ground] = {ground.code: ground for ground in _GROUNDS}

EXTENSION_REASONS: dict[str, Ground] = {
    reason.code: reason
    for reason in (
        _ground(
            "complexity",
            "GDPR 12(3)",
            "zahtevnost",
            "complexity",
            "Zahteva je zahtevna: odgovor terja pregled podatkov, ki ga v tem času ne moremo "
            "skrbno končati.",
            "The request is complex: the answer needs an examination of data that we cannot finish "
            "with care in this time.",
            _ALL - {Right.SUPERVISOR},
        ),
        _ground(
            "number",
            "GDPR 12(3)",
            "število zahtev",
            "number of requests",
            "Ista oseba nam je poslala več zahtev, ki jih ne moremo vseh skrbno rešiti v tem času.",
            "The same person has sent us several requests, not all of which we can answer with "
            "care in this time.",
            _ALL - {Right.SUPERVISOR},
        ),
    )
}
"""The two reasons that the law allows, and no other."""


def grounds_of(right: Right) -> list[Ground]:
    """Return the grounds that can stand against a request of this right."""
    return [ground for ground in GROUNDS.values() if right in ground.rights]


def require_grounds(codes: Collection[str], *, right: Right) -> list[Ground]:
    """Return the grounds of these codes; raise GroundUnknown where one is not of the closed list or
    cannot stand against this right.
    """
    known = {ground.code: ground for ground in grounds_of(right)}
    if not codes or any(code not in known for code in codes):
        raise GroundUnknown(right=right.value)
    return [known[code] for code in codes]


def require_extension_reason(code: str) -> Ground:
    """Return the reason for an extension; raise GroundUnknown."""
    if code not in EXTENSION_REASONS:
        raise GroundUnknown(step="extension")
    return EXTENSION_REASONS[code]


def say_ground(ground: Ground, language: str) -> str:
    """Return the sentence of a letter: what is so, and where it stands."""
    return f"{ground.text[language]} ({ground.article})"
