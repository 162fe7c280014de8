"""Colombia's methods of payment: those of shops first, then the rest of the tax authority's list."""

from erpgate_alegra.words import words

PAYMENT_METHODS = {
    "CASH": words("Efectivo", "Cash", "Dinheiro"),
    "CREDIT_CARD": words("Tarjeta de crédito", "Credit card", "Cartão de crédito"),
    "DEBIT_CARD": words("Tarjeta débito", "Debit card", "Cartão de débito"),
    "CREDIT_TRANSFER": words("Transferencia crédito", "Credit transfer", "Transferência a crédito"),
    "DEBIT_TRANSFER": words("Transferencia débito", "Debit transfer", "Transferência a débito"),
    "CREDIT_TRANSFER_BANK": words(
        "Transferencia crédito bancaria", "Bank credit transfer", "Transferência bancária a crédito"
    ),
    "DEBIT_TRANSFER_BANK": words(
        "Transferencia débito bancaria", "Bank debit transfer", "Transferência bancária a débito"
    ),
    "BANK_DEPOSIT": words("Consignación bancaria", "Bank deposit", "Depósito bancário"),
    "CHECK": words("Cheque", "Cheque", "Cheque"),
    "INSTRUMENT_NOT_DEFINED": words("Instrumento no definido", "Instrument not defined", "Instrumento não definido"),
    "MUTUAL_AGREEMENT": words("Acuerdo mutuo", "Mutually agreed", "De comum acordo"),
    "ACH_CREDIT": words("Crédito ACH", "ACH credit", "Crédito ACH"),
    "ACH_DEBIT": words("Débito ACH", "ACH debit", "Débito ACH"),
    "REVERSION_ACH_DEBIT": words(
        "Reversión débito de demanda ACH", "ACH demand debit reversal", "Estorno de débito à vista ACH"
    ),
    "REVERSION_ACH_CREDIT": words(
        "Reversión crédito de demanda ACH", "ACH demand credit reversal", "Estorno de crédito à vista ACH"
    ),
    "CREDIT_ACH_DEMAND": words("Crédito de demanda ACH", "ACH demand credit", "Crédito à vista ACH"),
    "DEBIT_ACH_DEMAND": words("Débito de demanda ACH", "ACH demand debit", "Débito à vista ACH"),
    "NATIONAL_CLEARING": words(
        "Compensación nacional o regional", "National or regional clearing", "Compensação nacional ou regional"
    ),
    "REVERSION_CREDIT_SAVING": words(
        "Reversión crédito ahorro", "Savings credit reversal", "Estorno de crédito em poupança"
    ),
    "REVERSION_DEBIT_SAVING": words(
        "Reversión débito ahorro", "Savings debit reversal", "Estorno de débito em poupança"
    ),
    "CREDIT_SAVING": words("Crédito ahorro", "Savings credit", "Crédito em poupança"),
    "DEBIT_SAVING": words("Débito ahorro", "Savings debit", "Débito em poupança"),
    "BOOKENTRY_CREDIT": words("Anotación en cuenta, crédito", "Book entry credit", "Lançamento contábil a crédito"),
    "BOOKENTRY_DEBIT": words("Anotación en cuenta, débito", "Book entry debit", "Lançamento contábil a débito"),
    "CTP_CREDIT": words(
        "Crédito pago negocio corporativo (CTP)",
        "Corporate trade payment credit (CTP)",
        "Pagamento comercial corporativo a crédito (CTP)",
    ),
    "BANK_PROYECT": words("Proyecto bancario", "Banker's draft", "Saque bancário"),
    "BANK_PROYECT_CERTIFIED": words(
        "Proyecto bancario certificado", "Certified banker's draft", "Saque bancário visado"
    ),
    "EXCHANGE_RATE_PENDING_ACEPT": words(
        "Nota cambiaria en espera de aceptación",
        "Bill of exchange awaiting acceptance",
        "Letra de câmbio à espera de aceite",
    ),
    "CERTIFIED_CHECK": words("Cheque certificado", "Certified cheque", "Cheque visado"),
    "LOCAL_CHECK": words("Cheque local", "Local cheque", "Cheque local"),
    "CTP_DEBIT": words(
        "Débito pago negocio corporativo (CTP)",
        "Corporate trade payment debit (CTP)",
        "Pagamento comercial corporativo a débito (CTP)",
    ),
    "CTX_CREDIT": words(
        "Crédito negocio intercambio corporativo (CTX)",
        "Corporate trade exchange credit (CTX)",
        "Intercâmbio comercial corporativo a crédito (CTX)",
    ),
    "CTX_DEBIT": words(
        "Débito negocio intercambio corporativo (CTX)",
        "Corporate trade exchange debit (CTX)",
        "Intercâmbio comercial corporativo a débito (CTX)",
    ),
    "PPD_PAY": words(
        "Pago y depósito preacordado (PPD)",
        "Prearranged payment and deposit (PPD)",
        "Pagamento e depósito pré-acordado (PPD)",
    ),
    "CTP_CREDIT_SAVING": words(
        "Pago negocio corporativo ahorros, crédito (CTP)",
        "Corporate trade payment to savings, credit (CTP)",
        "Pagamento comercial corporativo em poupança, a crédito (CTP)",
    ),
    "CTP_DEBIT_SAVING": words(
        "Pago negocio corporativo ahorros, débito (CTP)",
        "Corporate trade payment from savings, debit (CTP)",
        "Pagamento comercial corporativo em poupança, a débito (CTP)",
    ),
    "EXCHANGE_RATE": words("Nota cambiaria", "Bill of exchange", "Letra de câmbio"),
    "DEBIT_TRANSFER_INTERBANK": words(
        "Transferencia débito interbancario", "Interbank debit transfer", "Transferência interbancária a débito"
    ),
    "POSTTURN": words("Postgiro", "Postal giro", "Giro postal"),
    "URGENT_BUSINESS_PAYMENT": words(
        "Pago comercial urgente", "Urgent commercial payment", "Pagamento comercial urgente"
    ),
    "URGENT_CASH_PAYMENT": words(
        "Pago de tesorería urgente", "Urgent treasury payment", "Pagamento de tesouraria urgente"
    ),
    "PROMISING_NOTE": words("Pagaré", "Promissory note", "Nota promissória"),
    "PROMISING_NOTE_SIGNED_PROVIDER": words(
        "Pagaré firmado por el acreedor",
        "Promissory note signed by the creditor",
        "Nota promissória assinada pelo credor",
    ),
    "PROMISING_NOTE_SIGNED_PROVIDER_BANK": words(
        "Pagaré firmado por el acreedor, avalado por el banco",
        "Promissory note signed by the creditor, endorsed by a bank",
        "Nota promissória assinada pelo credor, avalizada por um banco",
    ),
    "PROMISING_NOTE_SIGNED_PROVIDER_THIRD": words(
        "Pagaré firmado por el acreedor, avalado por un tercero",
        "Promissory note signed by the creditor, endorsed by a third party",
        "Nota promissória assinada pelo credor, avalizada por terceiro",
    ),
    "PROMISING_NOTE_SIGNED_BANK": words(
        "Pagaré firmado por el banco", "Promissory note signed by a bank", "Nota promissória assinada por um banco"
    ),
    "PROMISING_NOTE_SIGNED_BANK_ENDORSED_BANK": words(
        "Pagaré firmado por un banco, avalado por otro banco",
        "Promissory note signed by a bank, endorsed by another bank",
        "Nota promissória assinada por um banco, avalizada por outro banco",
    ),
    "PROMISING_NOTE_SIGNED": words("Pagaré firmado", "Signed promissory note", "Nota promissória assinada"),
    "PROMISING_NOTE_SIGNED_THIRD": words(
        "Pagaré firmado por un tercero, avalado por un banco",
        "Promissory note signed by a third party, endorsed by a bank",
        "Nota promissória assinada por terceiro, avalizada por um banco",
    ),
    "WITHDRAWAL_NOTE_CREDITOR": words(
        "Retiro de nota por el acreedor", "Bill drawn by the creditor", "Título sacado pelo credor"
    ),
    "BONDS": words("Bonos", "Bonds", "Títulos"),
    "VOUCHERS": words("Vales", "Vouchers", "Vales"),
    "WITHDRAWAL_NOTE_CREDITOR_BANK": words(
        "Retiro de nota por el acreedor sobre un banco",
        "Bill drawn by the creditor on a bank",
        "Título sacado pelo credor contra um banco",
    ),
    "WITHDRAWAL_NOTE_CREDITOR_ENDORSED_BANK": words(
        "Retiro de nota por el acreedor, avalada por un banco",
        "Bill drawn by the creditor, endorsed by a bank",
        "Título sacado pelo credor, avalizado por um banco",
    ),
    "WITHDRAWAL_NOTE_CREDITOR_BANK_ENDORSED_THIRD": words(
        "Retiro de nota por el acreedor sobre un banco, avalada por un tercero",
        "Bill drawn by the creditor on a bank, endorsed by a third party",
        "Título sacado pelo credor contra um banco, avalizado por terceiro",
    ),
    "WITHDRAWAL_NOTE_CREDITOR_ENDORSED_THIRD": words(
        "Retiro de nota por el acreedor, avalada por un tercero",
        "Bill drawn by the creditor, endorsed by a third party",
        "Título sacado pelo credor, avalizado por terceiro",
    ),
    "WITHDRAWAL_NOTE_CREDITOR_THIRD_PARTY": words(
        "Retiro de nota por el acreedor sobre un tercero",
        "Bill drawn by the creditor on a third party",
        "Título sacado pelo credor contra terceiro",
    ),
    "TRANSFERABLE_BANK_NOTE": words(
        "Nota bancaria transferible", "Transferable banker's draft", "Título bancário transferível"
    ),
    "TRANSFERABLE_LOCAL_CHECK": words(
        "Cheque local transferible", "Transferable local cheque", "Cheque local transferível"
    ),
    "REFERENCED_TURN": words("Giro referenciado", "Referenced giro", "Giro referenciado"),
    "URGENT_TURN": words("Giro urgente", "Urgent giro", "Giro urgente"),
    "OPEN_FORMAT_TWIST": words("Giro formato abierto", "Free format giro", "Giro em formato aberto"),
    "PAYMENT_METHOD_REQUESTED_NOT_USED": words(
        "Método de pago solicitado no usado",
        "Requested method of payment not used",
        "Método de pagamento solicitado não utilizado",
    ),
    "CLEARING_PARTNERS": words("Compensación entre socios", "Clearing between partners", "Compensação entre parceiros"),
    "CCD_CREDIT": words(
        "Concentración de efectivo y desembolso, crédito (CCD)",
        "Cash concentration and disbursement, credit (CCD)",
        "Concentração de caixa e desembolso, crédito (CCD)",
    ),
    "CCD_DEBIT": words(
        "Concentración de efectivo y desembolso, débito (CCD)",
        "Cash concentration and disbursement, debit (CCD)",
        "Concentração de caixa e desembolso, débito (CCD)",
    ),
    "BANK_CHECK": words("Cheque bancario", "Bank cheque", "Cheque bancário"),
    "CDD_CREDIT": words(
        "Concentración de efectivo y desembolso plus, crédito (CDD)",
        "Cash concentration and disbursement plus, credit (CDD)",
        "Concentração de caixa e desembolso plus, crédito (CDD)",
    ),
    "CDD_CASH": words(
        "Concentración de efectivo y desembolso plus, efectivo (CDD)",
        "Cash concentration and disbursement plus, cash (CDD)",
        "Concentração de caixa e desembolso plus, dinheiro (CDD)",
    ),
    "CCD_CASH_CREDIT": words(
        "Concentración de efectivo ahorros, desembolso crédito (CCD)",
        "Cash concentration to savings, disbursement credit (CCD)",
        "Concentração de caixa em poupança, desembolso a crédito (CCD)",
    ),
    "CCD_CASH_DEBIT": words(
        "Concentración de efectivo ahorros, desembolso débito (CCD)",
        "Cash concentration to savings, disbursement debit (CCD)",
        "Concentração de caixa em poupança, desembolso a débito (CCD)",
    ),
    "CTX_CREDIT_DEAL": words(
        "Crédito negocio intercambio corporativo, acuerdo (CTX)",
        "Corporate trade exchange credit, deal (CTX)",
        "Intercâmbio comercial corporativo a crédito, acordo (CTX)",
    ),
    "CTX_DEBIT_DEAL": words(
        "Débito negocio intercambio corporativo, acuerdo (CTX)",
        "Corporate trade exchange debit, deal (CTX)",
        "Intercâmbio comercial corporativo a débito, acordo (CTX)",
    ),
    "CCD_CREDIT_PLUS": words(
        "Concentración de efectivo y desembolso plus, crédito (CCD+)",
        "Cash concentration and disbursement plus, credit (CCD+)",
        "Concentração de caixa e desembolso plus, crédito (CCD+)",
    ),
    "CCD_DEBIT_PLUS": words(
        "Concentración de efectivo y desembolso plus, débito (CCD+)",
        "Cash concentration and disbursement plus, debit (CCD+)",
        "Concentração de caixa e desembolso plus, débito (CCD+)",
    ),
    "FRENCH_BANKING_STANDARD_TELEX": words(
        "Télex estándar bancario francés", "French banking standard telex", "Telex padrão bancário francês"
    ),
}
"""Code to what a merchant reads."""
