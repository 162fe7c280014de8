"""What is inferred about Alegra, neither documented nor seen: one constant for each fact."""

import datetime as dt
import re
from decimal import Decimal

UNIT_PRICE_PLACES = 6
"""Decimals that Alegra keeps of a line's unit price; no recording shows a longer one."""

QUANTITY_PLACES = 4
"""Decimals that Alegra keeps of a line's quantity; recordings show two (``"5.00"``) and inventories more."""

DEFAULT_AMOUNT_PLACES = 2
"""Decimals of totals where ``/company`` does not tell `decimalPrecision`; recordings have 0 and 4."""

DEFAULT_SETTLE_SECONDS = 120
"""A created invoice is in the lists by then; an integration saw it missing right after a timed-out create."""

PERCENTAGE_LIST_FACTOR = Decimal(-1)
"""A percentage price list takes its percentage off the General price; ``+1`` would add it."""

GENERAL_PRICE_LIST = "1"
"""Id of the main price list "General" where no list says that it is the main one."""

MAIN_WAREHOUSE = "1"
"""Id of the default warehouse, to which a quantity without warehouses belongs."""

BARCODE_KEY = "barcode"
"""Key of an item's barcode; no recorded body has one."""

BARCODE_FIELD_NAMES = frozenset({"barcode", "código de barras", "codigo de barras"})
"""Names or keys, lower case, of the additional item field in which the app keeps a barcode."""

TEXT_LIMIT = 500
"""`observations`, `anotation` and a line's `description` above this length are refused."""

CONTACTS_PER_MINUTE = 60
"""Own cap of ``/contacts``; observers report 5 (Argentina) and 100."""

THROTTLE_PAUSE = dt.timedelta(seconds=20)
"""Wait after a refusal for too many requests that does not say how long; integrations wait 20 to 30 seconds."""

APPLICATION_VERSIONS = {
    "colombia": "CO",
    "mexico": "MX",
    "peru": "PE",
    "costarica": "CR",
    "republicadominicana": "DO",
    "argentina": "AR",
    "panama": "PA",
    "chile": "CL",
    "spain": "ES",
    "espana": "ES",
    "usa": "US",
}
"""Letters of `applicationVersion` in lower case to country; Colombia and Mexico were seen, the others are guessed.

An unknown one is no refusal: the country that the merchant chose stands.
"""

EXCHANGE_RATE_IS_SENT = False
"""An invoice in another currency names no rate: Alegra takes the one that it has that day, ours may be older."""

MEXICO_PAYMENT_FORM_KEY = "paymentType"
"""Key of PUE or PPD on a Mexican invoice; another source writes it into `paymentMethod`."""

MEXICAN_CFDI_USE = "S01"
"""What the buyer uses an invoice for where the channel does not say: no tax effect, which goes with every regime."""

MEXICAN_ADDRESS_KEYS = ("street", "municipality", "state", "zipCode")
"""Keys of a Mexican address for street, city, region and postal code; the manifest lists others too."""

MEXICAN_STAMP_NEEDS_POSTAL_CODE = True
"""A Mexican stamp needs the postal code of the buyer; the tax authority wants that of every receiver."""

PERUVIAN_ADDRESS_KEYS = ("address", "province", "department", "")
"""Keys of a Peruvian address for street, city and region; there are others too, and none for a postal code."""

PERUVIAN_PAYMENT_FORM_KEY = "paymentForm"
"""Key of CASH or CREDIT on a Peruvian invoice."""

PERUVIAN_TYPE_OF_NON_RESIDENTS = "NOT_DOMICILIED_WITHOUT_RUC"
"""Code of a Peruvian document type that sources spell in two ways."""

CHILEAN_DOCUMENT_TYPE = "RUT"
"""Code of the only Chilean document type; no source lists Chile's codes."""

CHILEAN_RUT_IS_DOTTED = False
"""A RUT is kept as ``11111111-1``; an integration looks for ``11.111.111-1`` first and then without dots."""

DOMINICAN_TYPES_ARE_SENT = False
"""Alegra's codes for Dominican document types are not known, so it gets the number only."""

PANAMANIAN_RUC = re.compile(
    r"\d{1,9}-\d{1,5}-\d{1,7}|(PE|E|N|\d{1,2}(-?(AV|PI|NT))?)-\d{1,4}-\d{1,6}|\d{1,2}-NT-\d{1,4}-\d{1,6}"
)
"""Groups of a Panamanian RUC or cédula; Alegra's own check of it is not known."""

SPANISH_TYPE_OF_RESIDENTS = "NIF"
"""Code under which a NIE, the Spanish number of foreign residents, is sent; Alegra may have one of its own."""

NUMBERING = re.compile(
    r"(numeraci[oó]n|resoluci[oó]n).*(vencid|expirad|agotad|m[aá]ximo|activa)|aep60(09|11)", re.IGNORECASE
)
"""What a refusal says if the numbering is used up, has expired or is switched off."""

UNSETTLED = re.compile(r"regla:? 90\b|procesado anteriormente|aep2011|epr50[03]", re.IGNORECASE)
"""What a refused stamp says after which the tax authority may hold the document: read before repeating."""

LEGAL_ENTITY_REGIME = "COMMON_REGIME"
"""Regime of a Colombian legal entity, of which an order says nothing."""

MEXICAN_VOID_CAUSE = "02"
"""Cause of a Mexican cancellation that names none of 01 to 04: the document had errors, and no other replaces it."""

MEXICAN_CREDIT_TYPE = "01"
"""Type of a Mexican credit note; 03 exists too."""

COSTA_RICAN_CREDIT_TYPES = ("VOID_REFERENCE_DOCUMENT", "OTHER")
"""Types of a Costa Rican credit note for a whole document and for a part; the names of the usual ones are not known."""

PANAMANIAN_CREDIT_TYPES = ("CREDIT_NOTE_FE", "CREDIT_NOTE")
"""Types of a Panamanian credit note for an issued invoice and for another one."""

CREDIT_NOTES_LIST_AS_INVOICES = True
"""``/credit-notes`` knows the filters of ``/invoices``, and its notes look like invoices."""

INVOICES_SHOW_PAYMENT_NOTES = True
"""The payments that an invoice shows have their `observations`; one without is read by itself."""
