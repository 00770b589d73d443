"""The sentences of letters in Slovenian."""

SL: dict[str, str] = {
    "page": "Stran",
    "of": "od",
    "fact.reference": "Številka zadeve",
    "fact.right": "Zahteva",
    "fact.received": "Prejeto",
    "fact.due": "Rok za odgovor",
    "reasons": "Razlogi",
    "seal.B-B": "Dokument je elektronsko zapečaten (PAdES B-B, brez časovnega žiga).",
    "seal.B-LTA": "Dokument je elektronsko zapečaten z arhivskim časovnim žigom (PAdES B-LTA).",
    "seal.demo": "Pečat je predstavitven in ne dokazuje istovetnosti upravljavca.",
    "right.access": "dostop do osebnih podatkov (člen 15 GDPR)",
    "right.portability": "prenos podatkov (člen 20 GDPR)",
    "right.rectification": "popravek podatkov (člen 16 GDPR)",
    "right.restriction": "omejitev obdelave (člen 18 GDPR)",
    "right.objection": "ugovor obdelavi (člen 21 GDPR)",
    "right.erasure": "izbris podatkov (člen 17 GDPR)",
    "right.withdrawal": "preklic privolitve (člen 7(3) GDPR)",
    "right.human_review": "pregled odločitve pri človeku (člen 22(3) GDPR)",
    "right.log_question": "pojasnilo vpogleda v podatke",
    "right.internal_review": "ponovni pregled odgovora",
    "right.supervisor": "postopek pri Informacijskem pooblaščencu",
    "right.deceased": "podatki umrle osebe (9. člen ZVOP-2)",
    "acknowledgement.title": "Potrdilo o prejemu zahteve",
    "acknowledgement.text": "Vašo zahtevo – {right} – smo prejeli {received} in jo vodimo pod "
    "številko {reference}.\n\nOdgovorili bomo najpozneje {due}. Zahteva je brezplačna. Če bo "
    "odgovor zaradi zahtevnosti potreboval več časa, vam bomo to z razlogi sporočili pred tem "
    "dnem; odgovor bo v vsakem primeru prišel najpozneje {legal_max}.",
    "identity_asked.title": "Prosimo, pokažite, da ste imetnik kartice",
    "identity_asked.text": "Preden lahko odgovorimo na vašo zahtevo, moramo vedeti, da je "
    "podatke zahteval njihov lastnik. Dovolj je eno: prijava na spletni portal, koda, ki jo "
    "pošljemo na kontakt, ki ste ga prijavili, ali kartica, pokazana na prijavnem mestu.\n\nKopije "
    "osebnega dokumenta ne pošiljajte. Rok za odgovor ostaja {due}.",
    "question.title": "Vprašanje o vaši zahtevi",
    "question.text": "Da bomo lahko odgovorili na vašo zahtevo, potrebujemo še pojasnilo. Če ga "
    "ne želite dati, bomo odgovorili po najboljših močeh brez njega. Rok za odgovor ostaja {due}.",
    "extension.title": "Podaljšanje roka za odgovor",
    "extension.text": "Na vašo zahtevo, prejeto {received}, ne bomo mogli odgovoriti do {due}. "
    "Rok podaljšujemo do {legal_max} (člen 12(3) GDPR). S tem ne držimo obljube iz politike "
    "zasebnosti, da odgovorimo v 30 dneh; za to se opravičujemo.",
    "granted.title": "Odgovor na vašo zahtevo",
    "granted.text": "Vaši zahtevi – {right} – smo ugodili v celoti.",
    "partial.title": "Odgovor na vašo zahtevo: delno ugodeno",
    "partial.text": "Vaši zahtevi – {right} – smo ugodili delno. Kaj smo naredili in česa ne, je "
    "razloženo spodaj.",
    "refused.title": "Odgovor na vašo zahtevo: zavrnjeno",
    "refused.text": "Vaši zahtevi – {right} – ne moremo ugoditi. Razlogi so spodaj, prav tako "
    "kako se lahko pritožite.",
    "restriction_placed.title": "Obdelava vaših podatkov je omejena",
    "restriction_placed.text": "Vaše podatke zdaj samo hranimo. Drugače jih smemo uporabiti le z "
    "vašo privolitvijo, za pravne zahtevke, za varstvo pravic drugih ali zaradi pomembnega "
    "javnega interesa (člen 18(2) GDPR). Preden bi omejitev preklicali, vam bomo to sporočili.",
    "restriction_lifting.title": "Omejitev obdelave bo preklicana",
    "restriction_lifting.text": "Sporočamo vam, da bo omejitev obdelave vaših podatkov "
    "preklicana (člen 18(3) GDPR).",
    "erasure_receipt.title": "Potrdilo o izbrisu vaših podatkov",
    "erasure_receipt.text": "Spodaj je, kaj smo izbrisali, kaj ostane, zakaj in do kdaj. "
    "Izbrisano v varnostnih kopijah ni več berljivo, ko kopijam poteče rok.",
    "erasure_rest.title": "Izbrisan je tudi preostanek vaših podatkov",
    "erasure_rest.text": "Podatki, ki smo jih ob vaši zahtevi morali obdržati, so zdaj izbrisani.",
    "instruction.title": "Navodilo prejemniku podatkov",
    "instruction.text": "Na podlagi člena 19 GDPR vam sporočamo spremembo, ki jo morate izvesti "
    "pri podatkih, ki ste jih prejeli.",
    "remedy.title": "Kako se lahko pritožite",
    "remedy.review": "Upravljavca lahko zaprosite za ponovni pregled odgovora. Pomagajo vam "
    "pooblaščene osebe za varstvo podatkov: {officers}.",
    "remedy.complaint": "Pritožite se lahko Informacijskemu pooblaščencu: Dunajska 22, 1000 "
    "Ljubljana, gp.ip@ip-rs.si, 01 230 97 30, www.ip-rs.si (člen 77 GDPR).",
    "remedy.court": "Imate tudi pravico do sodnega varstva in do odškodnine (člena 79 in 82 GDPR).",
    "remedy.short": "Če menite, da z vašimi podatki ne ravnamo prav, se lahko obrnete na "
    "pooblaščeno osebo, pritožite Informacijskemu pooblaščencu (Dunajska 22, 1000 Ljubljana, "
    "gp.ip@ip-rs.si, 01 230 97 30, www.ip-rs.si) ali greste na sodišče.",
    "message.subject": "Varuh: novica o zahtevi {reference}",
    "message.received": "Vašo zahtevo {reference} smo prejeli. Kako napreduje, vidite na portalu "
    "po prijavi. Sporočilo ne vsebuje povezave; portal odprite sami.",
    "message.letter": "O zahtevi {reference} smo vam napisali. Pismo preberete na portalu po "
    "prijavi. Sporočilo ne vsebuje povezave; portal odprite sami.",
    "message.package": "Odgovor na zahtevo {reference} je pripravljen. Sedem dni ga lahko "
    "prenesete na portalu po prijavi. Sporočilo ne vsebuje povezave; portal odprite sami.",
    "addressee.bearer": "Osebi, ki je vložila zahtevo {reference}",
    "ground.no_data_found": "Pod podatki, ki ste jih navedli, ne hranimo podatkov, ki bi jih lahko "
    "povezali z vami. Tak odgovor damo ne glede na to, ali ima kdo s takimi podatki kartico, ker "
    "ne moremo ugotoviti, ali zahtevo vlaga prav ta oseba (člena 11(2) in 12(2) GDPR). Če imate "
    "kartico, jo pokažite na prijavnem mestu ali se prijavite na portal: takrat bomo odgovorili "
    "takoj.",
    "follow.title": "Kako spremljate svojo zahtevo",
    "follow.text": "Računa ne potrebujete. Odprite naslov ali usmerite kamero v sliko in vpišite "
    "številko in kodo. Koda je samo na tem papirju; čuvajte jo kot ključ.",
    "follow.where": "Naslov",
    "follow.code": "Koda za spremljanje",
    "follow.picture": "Slika za optično branje z naslovom, številko zadeve in kodo za spremljanje.",
    "part.title": "Čemu smo ugodili in čemu ne",
    "part.kind": "Vrsta podatkov",
    "part.answer": "Odgovor",
    "part.granted": "ugodeno",
    "part.refused": "ni ugodeno",
    "reminder.subject": "Varuh: rok za zadevo {reference} / deadline of case {reference}",
    "reminder.text": "Zadeva {reference} ({right}): zadnji dan za odgovor je {due}, dni do roka: "
    "{days}. Odprite jo v portalu.\n\nCase {reference} ({right_en}): the last day for the answer "
    "is {due}, days left: {days}. Open it in the portal.",
    "message.corrected": "Vaše podatke smo popravili, kot ste zahtevali: zahteva {reference}. "
    "Niste bili vi? Takoj se prijavite na portal ali pokličite prijavno mesto. Sporočilo ne "
    "vsebuje povezave; portal odprite sami.",
    "message.contact_replaced": "Kontakt, prijavljen tukaj, je bil na zahtevo imetnika zamenjan: "
    "zahteva {reference}. Niste bili vi? Takoj pokličite prijavno mesto ali se prijavite na portal "
    "in blokirajte kartico. Sporočilo ne vsebuje povezave; portal odprite sami.",
    "message.restricted": "Obdelava vaših podatkov je od zdaj omejena: zahteva {reference}. Kaj to "
    "pomeni, vidite na portalu po prijavi. Sporočilo ne vsebuje povezave; portal odprite sami.",
    "message.objection": "Vaš ugovor {reference} velja od tega trenutka: novic ne boste več "
    "prejemali in o tem vas ne bomo več spraševali. Sporočilo ne vsebuje povezave; portal odprite "
    "sami.",
    "lifting.accuracy_settled": "Podatke smo preverili in popravili, kot ste zahtevali, zato jim "
    "ni več treba mirovati.",
    "lifting.found_lawful": "Obdelavo smo preverili in ugotovili, da je zakonita.",
    "lifting.claim_over": "Pravni zahtevek, zaradi katerega smo podatke morali hraniti, je končan.",
    "lifting.objection_overruled": "Vaš ugovor smo pretehtali; nujni razlogi za obdelavo "
    "prevladajo. Pojasnjeni so v odgovoru na ugovor.",
    "lifting.person_asked": "Zahtevali ste, naj omejitev odpravimo.",
}
