"""What portability, volumes, children and recipients add to the report (English)."""

EN: dict[str, str] = {
    "kicker.child": "Your right to see your data",
    "kicker.portable": "Right to data portability · Article 20 of the GDPR",
    "title.child": "What we know about you",
    "title.portable": "Your data, to take with you",
    "subtitle.child": "A copy of everything that we keep about you for the city card",
    "subtitle.portable": "What you gave us and what arose while you used the card, in forms for "
    "computers",
    "lead.portable": "This file holds the data that you gave us and the data that arose while you "
    "used the card, as far as we keep it because of your consent or our contract. "
    "JSON and CSV files are attached; another service can read them with the attached "
    "JSON Schema.",
    "lead.left_out": "Left out is what we worked out ourselves and what we keep because a law "
    "demands it. The manifest at the end names each such field with the reason. Ask "
    "for a copy of your data (Article 15) to see these, too.",
    "lead.child": "The city card keeps some things about you: for example your name and when you "
    "used the card. Here you can see all of it. It is yours to look at, and it costs "
    "nothing.",
    "lead.child_help": "You do not have to understand everything alone. You can ask a person you "
    "trust – a parent, a teacher, a friend – or write to the data protection officer "
    "named below. They must help you and may not be cross with you for asking.",
    "section.volumes": "Volumes",
    "volumes.lead": "There is so much data that it is divided into several files. Nothing is cut "
    "off: every record stands in one of them, and whole in the files for computers.",
    "volumes.table": "What stands where",
    "volumes.there": "They are printed in volumes of their own: see the table of volumes",
    "volume.kicker": "Volume {number}",
    "volume.part": "{table}: records {first} to {last}",
    "volume.lead": "This is a part of a larger package. The first volume says who we are, why we "
    "keep the data and what your rights are.",
    "volume.title": "{title} – volume {number}",
    "column.volume": "Volume",
    "section.fields": "What each field means",
    "fields.lead": "For every table above: its fields, the kind of data, why we may keep it, "
    "where it comes from and for how long.",
    "column.field": "Field",
    "file.html": "This report as a web page that needs no network (HTML)",
    "withheld.derived": "we worked it out ourselves; it is in the copy of your data (Article 15)",
    "withheld.other_basis": "we keep it because a law demands it or for a public task; it is in "
    "the copy of your data (Article 15)",
    "withheld.third_party": "it is about another person; their data is protected as yours is",
    "recipients.actual": "Who really received data about you",
    "recipients.actual_lead": "From the record of look-ups: every time your data was given on, or "
    "opened by an organisation that works for the controllers, by purpose.",
    "recipients.actual_none": "According to the record of look-ups your data reached nobody else.",
    "column.times": "Times",
    "column.last": "Last",
    "title.staff": "What we hold about you as staff",
    "kicker.staff": "Right of access of staff · Article 15 of the GDPR",
    "subtitle.staff": "A copy of your profile, your sign-ins and what you did",
    "lead.staff": "This file holds what the service keeps about you because you work with it: "
    "your profile, your role, your sign-ins and every entry of the log in which you "
    "act. The people whose data you opened are not named: it is their data.",
    "purpose.staff_own_data": "staff looking at their own data",
    "column.recipient_actual": "Who",
    "column.action": "What",
}
