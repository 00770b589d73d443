"""The sentences of the receipt of an erasure and of what follows it."""

SL: dict[str, str] = {
    "erasure_rest.title": "Izbrisali bomo še preostanek vaših podatkov",
    "erasure_rest.text": "Podatki, ki smo jih ob vaši zahtevi morali obdržati, se hranijo do "
    "{last_day}. Po tem dnevu jih nihče več ne sme odpreti in jih izbrišemo, z njimi pa tudi "
    "vaš dostop do portala. To je naše zadnje obvestilo.",
    "erasure.now": "Izbrisano",
    "erasure.now.none": "Ničesar ni bilo, kar bi lahko izbrisali takoj.",
    "erasure.cards": "Kartica je na vašo željo preklicana. Število preklicanih kartic: {cards}.",
    "erasure.money": "Na kartici je še {amount}. Denar ostane vaš: izplačilo na svoj bančni račun "
    "zahtevajte na prijavnem mestu. Dokler ni izplačan, pogodba teče.",
    "erasure.later": "Bo izbrisano",
    "erasure.kept": "Ostane brez vašega imena",
    "erasure.what": "Podatki",
    "erasure.columns": "Kaj",
    "erasure.rows": "Zapisov",
    "erasure.until": "Do",
    "erasure.why": "Pravilo",
    "erasure.foreseen": "{day} (predvidoma)",
    "erasure.unknown": "dan še ni znan",
    "erasure.reason.contract": "Podatke o pogodbi potrebujemo, dokler pogodba teče, in še pet let "
    "po njej, ker se iz nje lahko uveljavljajo zahtevki (politika zasebnosti, točka 5; splošni "
    "pogoji 4.1.12; 346. člen OZ; člen 17(3)(b) in (e) GDPR).",
    "erasure.reason.log": "Dnevnik, kdo je gledal vaše podatke, zahteva zakon: hrani se še dve "
    "leti po koncu koledarskega leta, brez vašega imena (22. člen ZVOP-2).",
    "erasure.reason.consent": "Dokazilo, da je bila privolitev dana in preklicana, se brez vašega "
    "imena hrani pet let (člen 7(1) GDPR).",
    "erasure.reason.case": "Podatki o tej zahtevi ostanejo, da lahko dokažemo, kako smo nanjo "
    "odgovorili (člen 5(2) GDPR); z vašimi zadnjimi podatki gredo tudi oni.",
    "erasure.reason.backup": "Varnostne kopije nastalih izbrisov ne poznajo: izbrisano se v njih "
    "ne da več uporabiti in izgine, ko kopijam poteče rok. Če bi kopijo obnovili, izbris ponovimo.",
    "claim.title": "Koda za pogled v preostali dnevnik",
    "claim.text": "Kdo je gledal vaše podatke, lahko vidite tudi, ko vaših podatkov ne bo več. Na "
    "strani »Preostali dnevnik« vpišite to kodo. Kdor jo ima, vidi isto kot vi; shranite jo.",
    "claim.picture": "Ista koda kot slika za odčitavanje",
    "message.erasure_confirmed": "Zahteva za izbris {reference} je potrjena. Prekličete jo lahko v "
    "72 urah na portalu. Če je niste poslali vi, jo prekličite takoj. Sporočilo ne vsebuje "
    "povezave; portal odprite sami.",
}

EN: dict[str, str] = {
    "erasure_rest.title": "The rest of your data is about to be erased",
    "erasure_rest.text": "The data that we had to keep when you asked for erasure is kept until "
    "{last_day}. After that day nobody may open it any more and we erase it, and with it your "
    "access to the portal. This is the last that you hear from us.",
    "erasure.now": "Erased",
    "erasure.now.none": "There was nothing that could be erased at once.",
    "erasure.cards": "Your card was cancelled as you wished. Cards cancelled: {cards}.",
    "erasure.money": "There is still {amount} on the card. The money stays yours: ask a "
    "registration point to pay it out to your bank account. The contract runs until it is paid.",
    "erasure.later": "Will be erased",
    "erasure.kept": "Stays without your name",
    "erasure.what": "Data",
    "erasure.columns": "What",
    "erasure.rows": "Records",
    "erasure.until": "Until",
    "erasure.why": "Rule",
    "erasure.foreseen": "{day} (foreseen)",
    "erasure.unknown": "the day is not known yet",
    "erasure.reason.contract": "We need the contract's data while the contract runs and for five "
    "years after it, because claims may be raised from it (privacy policy, point 5; terms 4.1.12; "
    "Code of Obligations 346; GDPR 17(3)(b) and (e)).",
    "erasure.reason.log": "The record of who looked at your data is asked for by law: it is kept "
    "for two years after the end of the calendar year, without your name (ZVOP-2 22).",
    "erasure.reason.consent": "The proof that a consent was given and withdrawn is kept for five "
    "years without your name (GDPR 7(1)).",
    "erasure.reason.case": "What is known of this request stays, so that we can show how we "
    "answered it (GDPR 5(2)); it goes with the last of your data.",
    "erasure.reason.backup": "Backups do not know of the erasure: what was erased cannot be used "
    "in them and disappears when their time is over. Should one be restored, we erase again.",
    "claim.title": "Code to see the remaining record of look-ups",
    "claim.text": "You can see who looked at your data even when your data is gone. Enter this "
    "code on the page »Remaining record«. Whoever has it sees what you see; keep it safe.",
    "claim.picture": "The same code as a picture to scan",
    "message.erasure_confirmed": "The request for erasure {reference} is confirmed. You can "
    "cancel it on the portal within 72 hours. If you did not send it, cancel it at once. This "
    "message holds no link; open the portal yourself.",
}
