"""What portability, volumes, children and recipients add to the report (Slovenian)."""

SL: dict[str, str] = {
    "kicker.child": "Tvoja pravica, da vidiš svoje podatke",
    "kicker.portable": "Pravica do prenosljivosti podatkov · 20. člen Splošne uredbe",
    "title.child": "Kaj vemo o tebi",
    "title.portable": "Vaši podatki za prenos",
    "subtitle.child": "Kopija vsega, kar hranimo o tebi zaradi mestne kartice",
    "subtitle.portable": "Kar ste nam dali in kar je nastalo ob uporabi kartice, v oblikah za "
    "računalnik",
    "lead.portable": "V tej datoteki so podatki, ki ste nam jih dali, in podatki, ki so nastali "
    "ob uporabi kartice, če jih hranimo na podlagi vaše privolitve ali pogodbe. "
    "Priložene so datoteke JSON in CSV; druga storitev jih prebere s priloženo shemo "
    "JSON Schema.",
    "lead.left_out": "Izpuščeno je, kar smo izpeljali sami, in kar hranimo zaradi zakona. Popis "
    "na koncu poimenuje vsako tako polje in razlog. Če želite videti tudi to, "
    "zahtevajte kopijo svojih podatkov (15. člen).",
    "lead.child": "Mestna kartica o tebi hrani nekaj stvari: na primer tvoje ime in kdaj si "
    "kartico uporabil oziroma uporabila. Tukaj lahko vse to vidiš. Pogledaš lahko "
    "kadar koli in nič ne stane.",
    "lead.child_help": "Ni ti treba vsega razumeti brez pomoči. Vprašaš lahko nekoga, ki mu "
    "zaupaš – starše, učiteljico, prijatelja – ali pišeš pooblaščeni osebi za varstvo "
    "podatkov, ki je navedena spodaj. Pomagati ti mora in zaradi vprašanja se nihče "
    "ne sme jeziti.",
    "section.volumes": "Zvezki",
    "volumes.lead": "Podatkov je toliko, da so razdeljeni v več datotek. Nič ni odrezano: vsak "
    "zapis je v enem od zvezkov in v celoti v datotekah za računalnik.",
    "volumes.table": "Kaj je kje",
    "volumes.there": "Natisnjeni so v svojih zvezkih: glejte preglednico zvezkov",
    "volume.kicker": "{number}. zvezek",
    "volume.part": "{table}: zapisi od {first} do {last}",
    "volume.lead": "To je del večjega paketa. V prvem zvezku piše, kdo smo, zakaj podatke hranimo "
    "in kakšne pravice imate.",
    "volume.title": "{title} – {number}. zvezek",
    "column.volume": "Zvezek",
    "section.fields": "Kaj pomeni posamezno polje",
    "fields.lead": "Za vsako zgornjo preglednico: njena polja, vrsta podatkov, zakaj jih smemo "
    "hraniti, od kod so in kako dolgo jih hranimo.",
    "column.field": "Polje",
    "file.html": "To poročilo kot spletna stran, ki ne potrebuje omrežja (HTML)",
    "withheld.derived": "izpeljali smo ga sami; je v kopiji vaših podatkov (15. člen)",
    "withheld.other_basis": "hranimo ga zaradi zakona ali javne naloge; je v kopiji vaših "
    "podatkov (15. člen)",
    "withheld.third_party": "je o drugi osebi; njeni podatki so zavarovani tako kot vaši",
    "recipients.actual": "Kdo je podatke o vas zares prejel",
    "recipients.actual_lead": "Iz zapisa o vpogledih: kolikokrat smo podatke posredovali ali jih "
    "je odprla organizacija, ki dela za upravljavca, po namenih.",
    "recipients.actual_none": "Po zapisu o vpogledih vaših podatkov ni prejel nihče drug.",
    "column.times": "Kolikokrat",
    "column.last": "Nazadnje",
    "title.staff": "Kaj hranimo o vas kot zaposlenem",
    "kicker.staff": "Pravica zaposlenih do dostopa · 15. člen Splošne uredbe",
    "subtitle.staff": "Kopija profila, prijav in opravljenih dejanj",
    "lead.staff": "V tej datoteki je, kar storitev hrani o vas, ker z njo delate: profil, vloga, "
    "prijave in vsak zapis dnevnika, v katerem nastopate. Osebe, katerih podatke ste "
    "odprli, niso imenovane: to so njihovi podatki.",
    "purpose.staff_own_data": "vpogled zaposlenega v svoje podatke",
    "column.recipient_actual": "Kdo",
    "column.action": "Kaj",
}
