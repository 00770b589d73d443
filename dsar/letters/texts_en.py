"""The sentences of letters in English."""

EN: dict[str, str] = {
    "page": "Page",
    "of": "of",
    "fact.reference": "Case number",
    "fact.right": "Request",
    "fact.received": "Received",
    "fact.due": "Answer due",
    "reasons": "Reasons",
    "seal.B-B": "This document is sealed electronically (PAdES B-B, without a timestamp).",
    "seal.B-LTA": "This document is sealed with an archive timestamp (PAdES B-LTA).",
    "seal.demo": "The seal is for demonstration and does not prove who the controller is.",
    "right.access": "access to personal data (GDPR 15)",
    "right.portability": "data portability (GDPR 20)",
    "right.rectification": "rectification of data (GDPR 16)",
    "right.restriction": "restriction of processing (GDPR 18)",
    "right.objection": "objection to processing (GDPR 21)",
    "right.erasure": "erasure of data (GDPR 17)",
    "right.withdrawal": "withdrawal of consent (GDPR 7(3))",
    "right.human_review": "review of a decision by a person (GDPR 22(3))",
    "right.log_question": "explanation of a look at data",
    "right.internal_review": "review of an answer",
    "right.supervisor": "procedure before the Information Commissioner",
    "right.deceased": "data of a person who has died (ZVOP-2 9)",
    "acknowledgement.title": "We have received your request",
    "acknowledgement.text": "We received your request – {right} – on {received}. Its number is "
    "{reference}.\n\nWe shall answer by {due} at the latest. The request is free of charge. "
    "Should the answer need more time because it is complex, we shall tell you so with the "
    "reasons before that day; in any case the answer comes by {legal_max}.",
    "identity_asked.title": "Please show that you are the holder",
    "identity_asked.text": "Before we can answer your request we must know that whoever asks for "
    "the data is the person it is about. One of these is enough: sign in on the portal, a code "
    "that we send to the contact you enrolled, or your card, shown at a registration "
    "point.\n\nPlease do not send a copy of an identity document. The answer is still due on "
    "{due}.",
    "question.title": "A question about your request",
    "question.text": "To answer your request we need a clarification. If you would rather not "
    "give one, we shall answer as well as we can without it. The answer is still due on {due}.",
    "extension.title": "More time for the answer",
    "extension.text": "We cannot answer the request that we received on {received} by {due}. We "
    "extend the period until {legal_max} (GDPR 12(3)). This breaks the promise of our privacy "
    "policy to answer within 30 days, for which we apologise.",
    "granted.title": "The answer to your request",
    "granted.text": "We have done all that you asked for: {right}.",
    "partial.title": "The answer to your request: granted in part",
    "partial.text": "We have granted your request – {right} – in part. What we did and what we "
    "did not do is explained below.",
    "refused.title": "The answer to your request: refused",
    "refused.text": "We cannot do what you asked for: {right}. The reasons are below, and so is "
    "how you can complain.",
    "restriction_placed.title": "The processing of your data is restricted",
    "restriction_placed.text": "From now on we only keep your data. We may use it otherwise only "
    "with your consent, for legal claims, to protect the rights of others or for an important "
    "public interest (GDPR 18(2)). We shall tell you before the restriction is lifted.",
    "restriction_lifting.title": "The restriction will be lifted",
    "restriction_lifting.text": "This is to tell you that the restriction of the processing of "
    "your data will be lifted (GDPR 18(3)).",
    "erasure_receipt.title": "Receipt: your data was erased",
    "erasure_receipt.text": "Below is what we erased, what stays, why and until when. What was "
    "erased cannot be read in backups either once their time is over.",
    "erasure_rest.title": "The rest of your data was erased",
    "erasure_rest.text": "The data that we had to keep when you asked for erasure has now been "
    "erased.",
    "instruction.title": "Instruction to a recipient of data",
    "instruction.text": "Under GDPR 19 we inform you of a change that you must carry out in the "
    "data that you received.",
    "remedy.title": "How you can complain",
    "remedy.review": "You may ask the controller for a review of the answer. The data protection "
    "officers help you: {officers}.",
    "remedy.complaint": "You may complain to the Information Commissioner (Informacijski "
    "pooblaščenec): Dunajska 22, 1000 Ljubljana, gp.ip@ip-rs.si, 01 230 97 30, www.ip-rs.si "
    "(GDPR 77).",
    "remedy.court": "You also have the right to a judicial remedy and to compensation (GDPR 79 "
    "and 82).",
    "remedy.short": "If you think that we do not treat your data rightly, you may turn to the "
    "data protection officer, complain to the Information Commissioner (Informacijski "
    "pooblaščenec, Dunajska 22, 1000 Ljubljana, gp.ip@ip-rs.si, 01 230 97 30, www.ip-rs.si) or "
    "go to court.",
    "message.subject": "Varuh: news about request {reference}",
    "message.received": "We have received your request {reference}. Sign in on the portal to see "
    "how it goes. This message holds no link; open the portal yourself.",
    "message.letter": "We have written to you about request {reference}. Sign in on the portal "
    "to read the letter. This message holds no link; open the portal yourself.",
    "message.package": "The answer to request {reference} is ready. Sign in on the portal to "
    "download it within seven days. This message holds no link; open the portal yourself.",
    "addressee.bearer": "To whoever handed in request {reference}",
    "ground.no_data_found": "Under the facts that you gave we hold no data that we could connect "
    "with you. We give this answer whether or not somebody with such facts holds a card, because "
    "we could not establish that whoever asks is that person (GDPR 11(2) and 12(2)). If you hold "
    "a card, show it at a registration point, or sign in on the portal: then we shall answer at "
    "once.",
    "follow.title": "How to follow your request",
    "follow.text": "You need no account. Open the address, or point a camera at the picture, and "
    "type number and code. The code stands on this paper only; keep it as you would a key.",
    "follow.where": "Address",
    "follow.code": "Status code",
    "follow.picture": "A picture to be scanned, with the address, the case number and the status "
    "code.",
    "part.title": "What we granted and what we did not",
    "part.kind": "Kind of data",
    "part.answer": "Answer",
    "part.granted": "granted",
    "part.refused": "not granted",
    "reminder.subject": "Varuh: deadline of case {reference} / rok za zadevo {reference}",
    "reminder.text": "Case {reference} ({right_en}): the last day for the answer is {due}, days "
    "left: {days}. Open it in the portal.\n\nZadeva {reference} ({right}): zadnji dan za odgovor "
    "je {due}, dni do roka: {days}. Odprite jo v portalu.",
    "message.corrected": "Your data was corrected as you asked: request {reference}. Was it not "
    "you? Sign in on the portal, or call the registration point, at once. This message holds no "
    "link; open the portal yourself.",
    "message.contact_replaced": "The contact enrolled here was replaced at the holder's word: "
    "request {reference}. Was it not you? Call the registration point at once, or sign in on the "
    "portal and block the card. This message holds no link; open the portal yourself.",
    "message.restricted": "The processing of your data is restricted from now on: request "
    "{reference}. Sign in on the portal to see what that means. This message holds no link; open "
    "the portal yourself.",
    "message.objection": "Your objection {reference} counts from this moment: you will get no news "
    "and will not be asked again. This message holds no link; open the portal yourself.",
    "lifting.accuracy_settled": "The data was checked and put right as you asked, so that it no "
    "longer has to stand still.",
    "lifting.found_lawful": "We checked the processing and found that it is lawful.",
    "lifting.claim_over": "The legal claim for which the data had to be kept is over.",
    "lifting.objection_overruled": "We weighed your objection; the compelling reasons for the "
    "processing prevail. They are explained in the answer to your objection.",
    "lifting.person_asked": "You asked us to end the restriction.",
}
